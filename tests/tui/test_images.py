"""The explorer on a session of images, by its keys and characters."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.events import MouseMove

from eiftui.domains.digits import builtin_digits
from eiftui.domains.noise import CLEAN, Noise
from eiftui.engine.image_requests import LookAtImages, RunImages
from eiftui.session.image_plan import missing
from eiftui.session.image_records import (
    ImageBlock,
    ImageSettings,
    Treatment,
)
from eiftui.session.images import ImageSession
from eiftui.tui.app import Explorer
from eiftui.tui.beginning import open_document
from eiftui.tui.images.document import ImageDocument
from eiftui.tui.images.view import ImageView, picture
from eiftui.tui.picture import Status
from eiftui.tui.preferences import Preferences
from eiftui.tui.widgets.canvas import Canvas
from eiftui.tui.widgets.digit_map import DigitMap
from eiftui.tui.widgets.image_inspector import ImageInspector
from eiftui.tui.widgets.image_matrix import ImageMatrix
from eiftui.tui.widgets.page import Page
from tests.engine.fake import FakeClient, image_records
from tests.engine.fake import _look as look
from tests.tui.conftest import until
from tests.tui.golden import assert_screen
from tests.tui.test_main_screen import SIZES

NOISE = Noise(sigma=1.0)
SETTINGS = ImageSettings(networks=("a", "b"), per_class=2, draws=2, noises=(NOISE,), control=False)


@pytest.fixture
def empty(tmp_path: Path) -> ImageDocument:
    """Two networks and two draws, of which nothing is measured."""
    return ImageDocument(ImageSession.create(tmp_path / "digits.eif", SETTINGS))


@pytest.fixture
def measured(empty: ImageDocument) -> ImageDocument:
    empty.session.append(*image_records(empty.session))
    return empty


async def test_what_a_class_is_taken_for_is_the_mean_over_the_networks_and_draws_of_the_view(measured, explorer):
    def mean(networks, draws):
        bases = [measured.session.base(network, draw, CLEAN) for network in networks for draw in draws]
        each = np.array([base.probabilities for base in bases])
        return each.reshape(len(bases), 10, -1, 10)[:, 0].mean((0, 1))

    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "what 0s are taken for")
        inspector = pilot.app.screen.query_one(ImageInspector)
        np.testing.assert_allclose(inspector._base(0), mean((0, 1), (0, 1)))
        inspector.show_cell(ImageView(network=1, draw=0), (0, 0), None)
        np.testing.assert_allclose(inspector._base(0), mean((1,), (0,)))


@pytest.mark.parametrize("size", SIZES)
async def test_digits_stand_beside_the_matrix_and_in_the_inspector(measured, explorer, size):
    async with explorer(measured).run_test(size=SIZES[size]) as pilot:
        await pilot.press("down", "right", "right")
        await assert_screen(pilot, "what 2s are taken for", f"images-{size}")


async def test_a_cell_of_classes_opens_on_its_images_and_closes_again(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "right", "right", "enter")
        lines = await until(pilot, "learned 1 #3")
        assert any("probe 2 #5" in line for line in lines)
        assert any("network 1/2 · draw 1/2" in line for line in lines)
        await pilot.press("down", "enter")
        await until(pilot, "what 2s are taken for")


async def test_a_jump_goes_to_classes_by_their_digit_and_to_images_by_their_number(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        matrix = pilot.app.screen.query_one(ImageMatrix)
        await pilot.press("colon", *"0,9", "enter")
        assert matrix.cursor == (0, 9)
        await pilot.press("enter")
        await until(pilot, "learned 0 #1")
        await pilot.press("colon", *"15,4", "enter")
        await until(pilot, "learned 7 #15")
        assert matrix.cursor == (14, 3)
        await pilot.press("colon", *"0,4", "enter")
        await until(pilot, "Rows are 1 to 20, columns 1 to 20:")


async def test_plain_cells_begin_with_the_first_where_there_is_room_for_the_cursor(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("right", "z")
        lines = await until(pilot, "›")
        assert lines[3].split()[:2] == ["0", "1"]


async def test_networks_draws_noise_and_condition_are_chosen_by_keys(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "mean of 2 networks × 2 draws")
        await pilot.press("b")
        await until(pilot, "network 1/2 · mean of 2 draws")
        await pilot.press("d", "i")
        await until(pilot, "noise 1 on clean · network 1/2 · draw 1/2")
        await pilot.press("o", "v")
        await until(pilot, "Predicted · Δ loss, nats")
        await until(pilot, "noise 1 on noise 1")
        await pilot.press("n")
        await until(pilot, "cosine")


async def test_the_worker_says_what_the_network_makes_of_a_probe(measured):
    fake = FakeClient()
    app = Explorer(measured, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        lines = await until(pilot, "Δ log")
        assert any("taken for" in line for line in lines)
        (request,) = [one for one in fake.requests if isinstance(one, LookAtImages)]
        np.testing.assert_array_equal(request.train.images()[0], measured.session.images(0, CLEAN)[0])
        assert request.train.labels == (0,)
        assert len(request.probes.labels) == 20


async def test_what_is_missing_is_measured_by_the_worker_and_kept(empty):
    fake = FakeClient()
    app = Explorer(empty, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "16 of 16 blocks not measured · r measures them")
        await pilot.press("r")
        await until(pilot, "everything is measured")
        assert fake.requests == [RunImages(path=str(empty.session.path))]
    assert missing(ImageSession.open(empty.session.path, read_only=True)) == []


async def test_the_disk_does_not_hold_up_the_screen(empty, monkeypatch):
    keep, threads = empty.session.keep, []

    def noted(*records):
        threads.append(threading.current_thread())
        return keep(*records)

    monkeypatch.setattr(empty.session, "keep", noted)
    app = Explorer(empty, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        await until(pilot, "everything is measured")
    assert threads
    assert threading.main_thread() not in threads


async def test_showing_the_same_again_draws_no_digit(measured, monkeypatch):
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "what 0s are taken for")
        image, drawn = DigitMap._image, []
        monkeypatch.setattr(DigitMap, "_image", lambda chart, *part: drawn.append(part) or image(chart, *part))
        app.screen.query_one(ImageMatrix).show_document()
        await pilot.pause()
    assert drawn == []


async def test_a_failure_is_told_and_leaves_the_screen(empty):
    fake = FakeClient()
    app = Explorer(empty, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        fake.fail("there is no network [b]a[/b]")
        await pilot.press("r")
        await until(pilot, "there is no network [b]a[/b]")


async def test_without_colours_there_is_braille_and_no_block(measured, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = Explorer(measured, Preferences())
    async with app.run_test(size=(80, 24)) as pilot:
        text = "\n".join(await until(pilot, "what 0s are taken for"))
        assert "▀" not in text
        assert any("\u2800" < character <= "\u28ff" for character in text)


async def test_numbers_are_exported(measured, explorer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("x")
        await until(pilot, "Export as")
        await pilot.press("end", "x", "enter")
        await until(pilot, "end its name in .csv")
        await pilot.press("backspace", "enter")
        await until(pilot, "Written")
    assert (tmp_path / "digits.csv").read_text().startswith("network,draw,condition")


async def test_sessions_of_images_and_of_sentences_follow_each_other(
    document, measured, explorer, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    measured.close()
    app = explorer(document)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open_session(measured.session.path)
        await until(pilot, "everything is measured")
        await pilot.press("S")
        await until(pilot, "20×20×2")
        await pilot.press("escape")
        document.close()
        await app.open_session(document.session.path)
        await until(pilot, "kinds.eif")
    app.document.close()


def test_a_session_is_opened_as_what_it_is(measured, document):
    assert open_document(measured.session.path).session.read_only
    assert isinstance(open_document(measured.session.path), ImageDocument)
    assert not isinstance(open_document(document.session.path), ImageDocument)


def test_means_by_class_leave_out_what_an_image_does_to_itself(measured):
    how = Treatment(optimizer=SETTINGS.optimizer)
    single = measured.session.matrix("trained", how)[1, 0]
    shown = picture(ImageView(network=1, draw=0), measured).values
    assert shown[3, 3] == pytest.approx((single[6, 7] + single[7, 6]) / 2)
    assert shown[3, 4] == pytest.approx(single[6:8, 8:10].mean())
    over_all = picture(ImageView(), measured).values
    assert over_all[3, 4] == pytest.approx(measured.session.matrix("trained", how)[:, :, 6:8, 8:10].mean())


def test_what_is_not_measured_together_is_not_chosen_together():
    settings = SETTINGS.model_copy(update={"noises": (NOISE, Noise(sigma=0.5)), "rates": (1e-2,)})
    planned = set(settings.treatments())
    view = ImageView()
    for step in ("next_train_noise", "next_probe_noise", "next_rate", "next_probe_noise", "next_train_noise") * 4:
        view = getattr(view, step)(settings, 1)
        assert view.treatment(settings) in planned


@pytest.mark.parametrize(
    ("rates", "said"), [((1e-3, 1e-2), "sgd η 1e-3, 1e-2"), ((1e-4, 1e-2, 1e-1), "sgd η 1e-3 and 3 more")]
)
async def test_all_learning_rates_of_a_session_are_told_beside_its_name(tmp_path, rates, said):
    settings = SETTINGS.model_copy(update={"rates": rates})
    with ImageSession.create(tmp_path / "digits.eif", settings) as session:
        async with Explorer(ImageDocument(session), Preferences()).run_test(size=(120, 40)) as pilot:
            await until(pilot, said)


async def test_a_digit_is_drawn_with_keys_and_looked_at_live(measured):
    fake = FakeClient()
    app = Explorer(measured, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await until(pilot, "draw a digit")
        await pilot.press("space", *["down"] * 6, "7")
        await until(pilot, "learned as a 7")
        drawn = app.screen.query_one(Canvas).pixels
        assert drawn[20, 14] == drawn[14, 14] == 255
        assert drawn[20, 20] == drawn[8, 14] == 0
        await pilot.press("enter")
        await until(pilot, "learned 7 own")
        lines = await until(pilot, "own ⠀")
        assert sum("−0.12" in line for line in lines) >= 3
    learned = [one for one in fake.requests if isinstance(one, LookAtImages) and one.train.labels == (7,)]
    np.testing.assert_allclose(learned[-1].train.images()[0], drawn / 255, atol=1e-6)
    assert learned[-1].probes.labels[-1] == 7
    assert len(learned[-1].probes.labels) == 21


async def test_the_own_digit_is_a_probe_of_every_other_until_it_is_dropped(measured):
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        measured.take_own(builtin_digits().take(np.array([3])))
        label = int(measured.own.labels[0])
        await pilot.press("enter")
        await until(pilot, "network 1/2 · draw 1/2")
        view = ImageView(level="images", network=0, draw=0)
        while measured.influence_of_own(0, 0, view.treatment(SETTINGS)) is None:
            await pilot.pause(0.01)
        column = picture(view, measured).values[:, -1]
        np.testing.assert_allclose(column, -1 / (1 + np.abs(measured.classes(view) - label)), atol=1e-6)
        await until(pilot, "saved, but for your own digit")
        await pilot.press("delete")
        await until(pilot, "u brings it back")
        assert picture(view, measured).values.shape == (20, 20)
        await pilot.press("u")
        assert picture(view, measured).values.shape == (21, 21)
        await pilot.press("u")
        await until(pilot, "There is nothing to undo.")


def test_nothing_is_to_be_measured_of_the_own_digit_but_trained_raw_numbers(measured):
    measured.take_own(builtin_digits().take(np.array([3])))
    raw = ImageView(level="images", network=0, draw=0)
    for view, status in (
        (raw, Status.PENDING),
        (replace(raw, scaling="cosine"), Status.UNDEFINED),
        (replace(raw, shown="predicted"), Status.UNDEFINED),
    ):
        shown = picture(view, measured).status
        assert {*shown[-1], *shown[:, -1]} == {status}
        assert (shown[:-1, :-1] == Status.VALUE).all()


def test_effects_of_rows_and_columns_leave_nothing_of_an_image_on_itself(measured):
    view = ImageView(level="images", network=0, draw=0, scaling="double-centred")
    own = np.eye(20, dtype=bool)
    assert (picture(view, measured).status == np.where(own, Status.UNDEFINED, Status.VALUE)).all()
    assert (picture(replace(view, level="classes"), measured).status == Status.VALUE).all()


def test_numbers_that_are_not_finite_are_measured(empty):
    records = list(image_records(empty.session))
    block = next(one for one in records if isinstance(one, ImageBlock))
    rows = np.array(block.eif)
    rows[0, 1] = np.nan
    records[records.index(block)] = block.model_copy(update={"eif": tuple(rows)})
    raw = ImageView(level="images", network=0, draw=0)
    assert (picture(raw, empty).status == Status.PENDING).all()
    empty.session.append(*records)
    empty = ImageDocument(empty.session)
    assert (picture(raw, empty).status == Status.VALUE).all()
    assert (picture(replace(raw, scaling="cosine"), empty).status == Status.UNDEFINED).all()


async def test_keys_of_sessions_of_sentences_say_that_they_do_nothing(measured):
    app = Explorer(measured, Preferences())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        for key, title in (("g", "Generate"), ("N", "Note"), ("f3", "Log"), ("f2", "Settings")):
            await pilot.press(key)
            await until(pilot, f"{title}: not in a session of images")


async def test_damage_is_told_when_it_opens(empty, explorer):
    path = empty.session.path
    empty.close()
    path.write_bytes(path.read_bytes() + b"{]\n")
    app = explorer(ImageDocument.open(path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "is damaged and was left out")
    app.document.close()


async def test_help_is_of_images_alone(measured):
    app = Explorer(measured, Preferences())
    async with app.run_test(size=(120, 200)) as pilot:
        await pilot.press("f1")
        said = "\n".join(await until(pilot, "A row is a digit"))
        assert "A session of images" in said
        assert "Made-up words" not in said
        assert "Trained or prompted" not in said
        assert "what you want to remember" not in said


def looks(fake: FakeClient) -> list[LookAtImages]:
    return [one for one in fake.requests if isinstance(one, LookAtImages)]


async def test_what_is_looked_at_is_asked_for_once_however_often_it_is_painted(measured):
    fake = FakeClient(paced=True)
    app = Explorer(measured, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        measured.take_own(builtin_digits().take(np.array([3])))
        await pilot.press("enter")
        await until(pilot, "the worker starts…")
        for _ in range(3):
            await fake.let()
            for _ in range(3):
                measured.changed()
                await pilot.pause(0.12)
        await until(pilot, "Δ log")
        await pilot.press("n")
        await until(pilot, "cosine")
        lines = await until(pilot, "Δ log")
        assert any("learned 0 #1" in line for line in lines)
        await fake.let_all()
        assert sorted(len(one.train.labels) for one in looks(fake)) == [1, 1, 20]


async def test_what_is_no_number_after_learning_is_told_in_words(measured, monkeypatch):
    def lost(request):
        found = look(request)
        return found.model_copy(update={"after": tuple(shares * np.nan for shares in found.after)})

    monkeypatch.setattr("tests.engine.fake._look", lost)
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        lines = await until(pilot, "not finite: the rate is too large")
        assert not any("nan" in line for line in lines)


async def test_an_answer_on_a_digit_that_was_replaced_is_not_taken_for_one_on_the_next(measured):
    fake = FakeClient(paced=True)
    app = Explorer(measured, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        digits = builtin_digits()
        assert digits.labels[3] != digits.labels[450]
        measured.take_own(digits.take(np.array([3])))
        await pilot.press("enter")
        await until(pilot, "the worker starts…")
        await fake.let(2)  # on the digit itself; what comes next is on the cell
        measured.take_own(digits.take(np.array([450])))
        await fake.let()
        await pilot.pause(0.2)
        assert not any("Δ log" in line for line in await until(pilot, "the worker looks at it"))
        await fake.let_all()
        await until(pilot, "Δ log")
        assert {one.probes.labels[-1] for one in looks(fake)} >= {*digits.labels[[3, 450]].tolist()}


async def test_a_run_gives_way_to_a_look_and_goes_on(empty):
    fake = FakeClient(paced=True)
    app = Explorer(empty, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        await fake.let(6)
        await pilot.press("enter")
        await until(pilot, "the worker looks at it")
        await fake.let()
        await until(pilot, "Δ log")
        assert missing(empty.session)
        await fake.let_all()
        await until(pilot, "everything is measured")
    assert [type(one) for one in fake.requests] == [RunImages, LookAtImages, RunImages]


async def test_a_run_that_gave_way_can_be_stopped(empty):
    fake = FakeClient(paced=True)
    app = Explorer(empty, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        await fake.let(6)
        await pilot.press("enter")
        await until(pilot, "the worker looks at it")
        app.screen.action_cancel()
        await fake.let_all()
        await until(pilot, "blocks not measured · r measures them")
        assert not app.screen.work.running
    assert [type(one) for one in fake.requests] == [RunImages, LookAtImages]


async def test_a_look_that_fails_is_tried_again_when_the_cursor_comes_back(measured):
    fake = FakeClient()
    app = Explorer(measured, Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "what 0s are taken for")
        fake.fail("there is no network a")
        await pilot.press("enter")
        await until(pilot, "there is no network a")
        await pilot.pause(0.5)
        assert len(looks(fake)) == 1
        await pilot.press("down", "up")
        await until(pilot, "Δ log")


async def test_the_mouse_draws_and_an_eraser_takes_away(measured):
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.mouse_down(Canvas, offset=(5, 5))
        await pilot.mouse_up(Canvas, offset=(5, 5))
        canvas = app.screen.query_one(Canvas)
        assert canvas.pixels[10:12, 5].min() > 200
        await pilot.press("e")
        await pilot.mouse_down(Canvas, offset=(5, 5))
        assert canvas.pixels[10:12, 5].max() < 60
        await pilot.press("c", "enter")
        await until(pilot, "draw something first")


async def test_a_stroke_that_leaves_the_canvas_chooses_no_words(measured):
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.mouse_down(Canvas, offset=(5, 5))
        await pilot.hover("#seen", offset=(10, 0))
        await pilot.mouse_up("#seen", offset=(10, 0))
        assert not app.screen.get_selected_text()


async def test_a_quick_hand_draws_a_line_at_once(measured, monkeypatch):
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.mouse_down(Canvas, offset=(4, 3))
        canvas, told = app.screen.query_one(Canvas), []
        monkeypatch.setattr(type(app.screen), "on_canvas_drawn", lambda screen: told.append(screen))
        canvas.on_mouse_move(MouseMove(canvas, 20, 11, 16, 8, 1, False, False, False))
        await pilot.pause()
        assert len(told) == 1
    pixels = canvas.pixels
    assert pixels[[7, 15, 23], [4, 12, 20]].min() > 200
    assert pixels[23, 4] == pixels[7, 20] == 0


async def test_the_inspector_takes_the_colours_of_another_theme(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "what 0s are taken for")
        page = pilot.app.screen.query_one(Page)

        def colours():
            return [segment.style.color for segment in page.render_line(10) if segment.style]

        before = colours()
        pilot.app.theme = "eiftui-light"
        await pilot.pause()
        after = colours()
        await pilot.press("right", "left")
        assert after == colours() != before


async def test_an_image_file_is_drawn_on_the_canvas(measured, tmp_path):
    stroke = np.zeros((28, 28), np.uint8)
    stroke[7:21, 14] = 70
    Image.fromarray(stroke).save(tmp_path / "seven.pgm")
    app = Explorer(measured, Preferences(), hire=lambda **how: FakeClient())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "o", *str(tmp_path / "none.png"), "enter")
        await until(pilot, "cannot read")
        await pilot.press("ctrl+u", *str(tmp_path / "seven.pgm"), "enter")
        await until(pilot, "learned as a 0")
        assert (app.screen.query_one(Canvas).pixels == stroke).all()
