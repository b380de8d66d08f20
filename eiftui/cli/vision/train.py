"""`eiftui vision train`: train a base network on FashionMNIST and write it to a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.cli.console import make_console, say
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.written import eiftui_version
from eiftui.show.numbers import percent
from eiftui.show.progress import QuietProgress, RunProgress

NAME = "train"
HELP = "train a base network on FashionMNIST"
EPOCHS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of its first weights and the order (default 0)"
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS, metavar="N", help=f"times through (default {EPOCHS})")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where FashionMNIST lies, as torchvision keeps it")
    parser.add_argument("--out", type=Path, metavar="FILE.safetensors", help="default fashion-SEED.safetensors")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def main(options: argparse.Namespace) -> None:
    """Train, say how good the network is, write its file."""
    if options.epochs < 1 or options.seed < 0:
        raise InputError("--epochs needs 1 or more, --seed 0 or more")
    out = options.out or Path(f"fashion-{options.seed}.safetensors")
    with replacing(out) as file:  # before minutes are spent on what cannot be written
        content, share = _trained(options)
        file.write(content)
    if not options.quiet:
        say(make_console(), f"{out}: right for {percent(share, 2)} of FashionMNIST's 10,000 test images")


def _trained(options: argparse.Namespace) -> tuple[bytes, float]:
    """The content of the file of a network, and the share of test images for which that is right."""
    from eiftui.models.classifier import packed
    from eiftui.models.image_data import FASHION, images
    from eiftui.models.train_classifier import accuracy, train

    report = QuietProgress() if options.quiet else RunProgress()
    try:
        clothes, unseen = (
            images(FASHION, split, options.data_dir, lambda text, _: report.stage(text)) for split in ("train", "test")
        )
        done = 0

        def progress(batches: int, total: int) -> None:
            nonlocal done
            if done == 0:
                report.start(total)
            report.advance(batches - done, "training")
            done = batches

        network = train(clothes, options.epochs, options.seed, progress)
    finally:
        report.finish()
    share = accuracy(network, unseen)
    facts = {
        "made by": f"eiftui {eiftui_version()}: eiftui vision train --seed {options.seed} --epochs {options.epochs}",
        "accuracy": f"{share:.4f} of FashionMNIST's test images",
    }
    return packed(network, facts), share
