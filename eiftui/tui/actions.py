"""Everything that a person can do, in one table: it feeds key bindings, footer, help, command palette and keymap."""

from __future__ import annotations

from eiftui.tui.action import Action


def _move(id: str, keys: str, tooltip: str, vim: str = "") -> Action:
    """Of the cursor of a part that has the focus."""
    return Action(id, keys, tooltip, tooltip, focused=True, vim=vim, call=f"move('{id.partition('.')[2]}')")


ACTIONS: tuple[Action, ...] = (
    # What is shown
    Action(
        "matrix.toggle_prompted", "t", "Toggle", "Trained or prompted: the same sentences, learned or only read", 90
    ),
    Action("matrix.next_quantity", "v", "View", "The next of: trained, prompted, predicted, gap, baseline", 60),
    Action("matrix.previous_quantity", "V", "View back", "The quantity before"),
    Action("matrix.next_draw", "d", "Draw", "One draw of made-up words after another, then their mean again", 50),
    Action("matrix.previous_draw", "D", "Draw back", "The draw before"),
    Action("matrix.normalise", "n", "Normalise", "Divide each row by the size of its influence on itself", 35),
    Action("matrix.log_probability", "p", "Log-prob", "Change of log-probability instead of loss: the sign flips", 30),
    Action("matrix.intervals", "i", "Intervals", "95 % intervals over draws, beside the means", 28),
    Action("matrix.own_scale", "s", "Scale", "A colour scale of its own, or one for trained and prompted", 25),
    Action("matrix.sort_rows", "o", "Order", "Rows by number, by mean, or by likeness to the row of the cursor", 20),
    Action("matrix.sort_columns", "O", "Order columns", "Columns likewise"),
    Action(
        "matrix.contrast",
        "c",
        "Contrast",
        "Two cells of which the first ought to be lower: mark one, then the other",
        23,
    ),
    Action("matrix.spread", "W", "Spread", "How far draws are apart: the intervals in place of the means"),
    Action("matrix.jump", "colon,ctrl+g", "Jump", "To a cell: its row and column, as in 12,40"),
    Action("matrix.filter_rows", "ampersand", "Filter", "Show only training sets with some words"),
    Action("matrix.filter_columns", "vertical_line", "Filter columns", "Show only probes with some words"),
    Action("matrix.overview", "z", "Overview", "All of the matrix at once; from there, enter shows the cells", 22),
    Action("matrix.copy_cell", "y", "Copy cell", "Send the number to the terminal's clipboard"),
    Action("matrix.copy_row", "Y", "Copy row", "Send the row, tab-separated, to the terminal's clipboard"),
    Action("matrix.copy_matrix", "", "Copy matrix", "Send the matrix as it is shown to the terminal's clipboard"),
    Action(
        "findings.next",
        "right_square_bracket",
        "Findings",
        "What the numbers say, view by view; then the matrix",
        75,
        at_home=97,
    ),
    Action("findings.previous", "left_square_bracket", "Back", "The view before", at_home=96),
    Action("findings.measure", "R", "Measure it", "Measure what the view is about, where it can be", 98, focused=True),
    Action("findings.adopt", "enter", "Adopt", "Go on at the learning rate that the sweep suggests", 99, focused=True),
    Action("findings.sweep", "", "Sweep", "Measure every training set at many learning rates, for the view Rate"),
    Action("findings.embed", "", "Embed", "Where texts lie in the model's own space, for the view Semantics"),
    Action("findings.trace", "", "Trace", "Measure a training set step by step, for the view Dynamics"),
    *(
        Action(f"findings.{name}", "", title, tooltip, call=f"show('{name}')")
        for name, title, tooltip in (
            ("matrix", "Matrix", "The matrix and the cell under its cursor"),
            ("desiderata", "Desiderata", "Each contrast: effect, interval, p, verdict, trained beside prompted"),
            ("symmetry", "Symmetry", "Does A teach about B what B teaches about A"),
            ("distribution", "Distribution", "How influence is spread: histograms and sparsity"),
            ("rate", "Rate", "The learning-rate sweep, its plateau, and where first order ends"),
            ("semantics", "Semantics", "Influence against likeness of meaning and shared words"),
            ("dynamics", "Dynamics", "Influence step by step, and what is retained"),
        )
    ),
    # Running
    Action("run.run", "r", "Run", "Measure what is missing; while it is measured: pause, and go on", 100),
    Action("run.cancel", "escape", "Stop", "Stop measuring, or loading; what is measured is kept"),
    Action("run.retry", "f", "Retry", "Measure again what failed"),
    Action("screen.measure_row", "m", "Measure row", "Measure the row of the cursor, in all draws and conditions"),
    Action("screen.measure_cell", "M", "Measure cell", "Measure the cell of the cursor likewise"),
    Action("run.estimate", "T", "Time", "What it will take to measure what is missing: time and memory"),
    Action(
        "screen.settings", "f2", "Settings", "Model, optimiser, learning rate, draws: what is measured, and how", 65
    ),
    Action("screen.model", "L", "Model", "Choose another language model, by name, id or path", 24),
    Action(
        "model.choose",
        "enter",
        "Choose",
        "Load this model, fetched if it is not here",
        90,
        focused=True,
        priority=True,
    ),
    Action("model.dtype", "ctrl+t", "Format", "Weights in float32, bfloat16, float64", 85, focused=True, priority=True),
    Action("model.up", "up", "Above", "The model above", focused=True, priority=True, call="step(-1)"),
    Action("model.down", "down", "Below", "The model below", focused=True, priority=True, call="step(1)"),
    Action("model.leave", "escape", "Leave", "Back, and the model as it was", 10, focused=True, priority=True),
    Action("settings.apply", "enter", "Apply", "Go on with these settings", 90, focused=True, priority=True),
    Action("settings.time", "ctrl+t", "Time", "Time and memory with these settings", 85, focused=True, priority=True),
    Action("settings.previous", "up", "Field above", "The field above", focused=True, priority=True),
    Action("settings.next", "down", "Field below", "The field below", focused=True, priority=True),
    Action("settings.leave", "escape", "Leave", "Back, and everything as it was", 10, focused=True, priority=True),
    # A session of images
    Action("images.zoom_in", "enter", "Images", "From a cell of two classes to their single images, and back", 92),
    Action("images.toggle_predicted", "t", "Toggle", "Trained, or as first order predicts it", 88),
    Action("images.next_shown", "v", "View", "The next of: trained, predicted, what is beyond first order", 60),
    Action("images.scale", "n", "Scale", "Raw, as a cosine, or without what rows and columns have in common", 55),
    Action(
        "images.next_network", "b", "Network", "One base network after another, then their mean", 75, call="network(1)"
    ),
    Action("images.previous_network", "B", "Network back", "The base network before", call="network(-1)"),
    Action("images.next_draw", "d", "Draw", "One draw of digits after another, then their mean", 74, call="draw(1)"),
    Action("images.previous_draw", "D", "Draw back", "The draw before", call="draw(-1)"),
    Action("images.train_noise", "i", "Noise", "The next kind of noise on training images", 72, call="train_noise(1)"),
    Action("images.train_noise_back", "I", "Noise back", "The kind of noise before", call="train_noise(-1)"),
    Action("images.probe_noise", "o", "on probes", "The next kind of noise on probes", 71, call="probe_noise(1)"),
    Action("images.probe_noise_back", "O", "on probes back", "The kind of noise before", call="probe_noise(-1)"),
    Action("images.rate", "e", "Rate", "The next learning rate that clean digits are measured at", 70, call="rate(1)"),
    Action("images.other_labels", "c", "Control", "Digits learned with each other's labels: a control", 40),
    Action("images.jump", "colon,ctrl+g", "Jump", "To a cell: its row and column, as in 12,40"),
    Action("images.cells", "z", "Cells", "Plain cells, more of which have room, or digits", 65),
    Action(
        "imaging.own",
        "a",
        "Own digit",
        "Draw a digit, or open an image: a row and a column as long as this is open",
        90,
    ),
    Action("imaging.drop_own", "delete", "Drop own", "Take the digit of your own away"),
    Action("imaging.undo", "u", "Undo", "Bring the digit of your own back that was taken away"),
    Action("imaging.run", "r", "Run", "Measure what is missing", 95),
    Action("imaging.cancel", "escape", "Stop", "Stop measuring; what is measured is kept"),
    # A digit of one's own
    _move("drawing.up", "up", "A pixel up", "k"),
    _move("drawing.down", "down", "A pixel down", "j"),
    _move("drawing.left", "left", "A pixel to the left", "h"),
    _move("drawing.right", "right", "A pixel to the right", "l"),
    Action("drawing.use", "enter", "Use", "As a training image and a probe, beside the others", 90, focused=True),
    Action("drawing.pen", "space", "Pen", "Put the pen down, or lift it; the mouse draws too", 85, focused=True),
    Action("drawing.erase", "e", "Eraser", "The pen erases, or draws again", 80, focused=True),
    Action("drawing.clear", "c", "Clear", "Begin anew", 75, focused=True),
    Action("drawing.open", "o", "Open", "Take an image file: PNG, PGM and others", 70, focused=True),
    *(
        Action(f"drawing.label_{n}", str(n), f"A {n}", f"It is learned as a {n}", focused=True, call=f"label({n})")
        for n in range(10)
    ),
    # Moving about in the matrix
    _move("heatmap.up", "up", "A row up", "k"),
    _move("heatmap.down", "down", "A row down", "j"),
    _move("heatmap.left", "left", "A column to the left", "h"),
    _move("heatmap.right", "right", "A column to the right", "l"),
    _move("heatmap.page_up", "pageup", "A page up", "ctrl+u"),
    _move("heatmap.page_down", "pagedown", "A page down", "ctrl+d"),
    _move("heatmap.page_left", "ctrl+left", "A page to the left"),
    _move("heatmap.page_right", "ctrl+right", "A page to the right"),
    _move("heatmap.home", "home", "The first column", "0"),
    _move("heatmap.end", "end", "The last column", "dollar_sign"),
    _move("heatmap.top", "ctrl+home", "The first row"),
    _move("heatmap.bottom", "ctrl+end", "The last row", "G"),
    Action("heatmap.wider", "plus,equals_sign", "Wider", "Wider cells", focused=True, call="zoom(1)"),
    Action(
        "heatmap.narrower",
        "minus",
        "Narrower",
        "Narrower cells: more of them, with steps of the scale in place of numbers",
        focused=True,
        call="zoom(-1)",
    ),
    # Moving about in the overview
    _move("overview.up", "up", "A block up", "k"),
    _move("overview.down", "down", "A block down", "j"),
    _move("overview.left", "left", "A block to the left", "h"),
    _move("overview.right", "right", "A block to the right", "l"),
    _move("overview.home", "home", "The first block", "0"),
    _move("overview.end", "end", "The last block", "dollar_sign"),
    _move("overview.top", "ctrl+home,pageup", "The top"),
    _move("overview.bottom", "ctrl+end,pagedown", "The bottom", "G"),
    Action("overview.open", "enter", "Cells", "Back to the cells, around the cursor", 85, focused=True),
    Action("prompt.leave", "escape", "Leave", "Back, and everything as it was", focused=True),
    # The cell under the cursor
    Action("inspector.next_token", "full_stop", "Token", "The next token of the probe: how its log-probability moved"),
    Action("inspector.previous_token", "comma", "Token back", "The token before"),
    # Sentences
    Action(
        "sentences.add", "a", "Add", "Write a sentence, which goes below the chosen one; paste many, a line each", 85
    ),
    Action("sentences.edit", "e", "Edit", "Change the chosen sentence", 84),
    Action("sentences.generate", "g", "Generate", "Sentences by rule, from a domain or by the model; fresh words", 82),
    Action("sentences.import_file", "I", "Import", "Add the sentences of a text file, or a domain of a TOML file"),
    Action("sentences.undo", "u,ctrl+z", "Undo", "Take the last change of sentences or settings back", 45),
    Action("sentences.redo", "U,ctrl+y", "Redo", "Take the last undo back"),
    Action("sentences.duplicate", "A", "Copy sentence", "Add a copy of the chosen sentence, to be changed", 15),
    Action("sentences.change_role", "b", "Role", "Train on the chosen sentence, probe it, or both", 26),
    Action("sentences.delete", "delete,backspace", "Delete", "Take the chosen sentence away from both lists", 27),
    Action("sentences.earlier", "shift+up", "Earlier", "Move the chosen sentence up", vim="K", call="move(-1)"),
    Action("sentences.later", "shift+down", "Later", "Move the chosen sentence down", vim="J", call="move(1)"),
    Action("editor.save", "enter", "Save", "Keep what is written", 90, focused=True, priority=True),
    Action("editor.change_role", "tab", "Role", "Train on it, probe it, or both", 85, focused=True, priority=True),
    Action("editor.leave", "escape", "Leave", "Back, and everything as it was", 10, focused=True, priority=True),
    Action("offers.choose", "space", "Choose", "Mark a sentence to be added, or take the mark away", 90, focused=True),
    Action("offers.choose_all", "asterisk", "All", "Mark all, or none", 85, focused=True),
    *(
        Action(f"generate.way_{n}", str(n), way, f"Generate {way}", focused=True, call=f"way({n})")
        for n, way in enumerate(("by rule", "from a domain", "by the model", "fresh words"), start=1)
    ),
    Action("generate.change_role", "b", "Role", "Train on what is added, probe it, or both", 75, focused=True),
    Action("generate.leave", "escape", "Leave", "Back, and nothing is added", 10, focused=True, priority=True),
    # Moving about in a list
    Action("list.edit", "enter", "Edit", "Change the sentence", focused=True),
    _move("list.up", "up", "The sentence above", "k"),
    _move("list.down", "down", "The sentence below", "j"),
    _move("list.page_up", "pageup", "A page up", "ctrl+u"),
    _move("list.page_down", "pagedown", "A page down", "ctrl+d"),
    _move("list.top", "home,ctrl+home", "The first sentence"),
    _move("list.bottom", "end,ctrl+end", "The last sentence", "G"),
    # The screen and the program
    Action("screen.next_pane", "tab", "Pane", "To the next part of the screen", 40),
    Action("screen.previous_pane", "shift+tab", "Pane back", "To the part of the screen before"),
    Action("app.palette", "slash,ctrl+p", "Palette", "Find anything that can be done, and do it", 70),
    Action("app.help", "f1,question_mark", "Help", "All keys, and how to read the numbers", 80),
    Action("app.take_over", "w", "Take over", "Go on with a session that another process has left", 95),
    Action("app.sessions", "S", "Sessions", "Browse sessions: open, rename, duplicate, delete, make one", 45),
    Action("app.export", "x", "Export", "Write numbers, the heatmap or a picture of the screen to a file", 44),
    Action("app.note", "N", "Note", "Write down what you want to remember of this session"),
    Action("app.log", "f3", "Log", "What failed and why, what was said, and the worker's log"),
    Action("app.theme", "", "Theme", "Choose the colours of the screen"),
    # The sessions browser
    _move("sessions.up", "up", "The session above", "k"),
    _move("sessions.down", "down", "The session below", "j"),
    Action("sessions.open", "enter", "Open", "Show it; while another process writes it, live", 90, focused=True),
    Action("sessions.new", "n", "New", "A new session on a domain", 80, focused=True),
    Action("sessions.rename", "r", "Rename", "Give it another name", 70, focused=True),
    Action("sessions.duplicate", "d", "Duplicate", "A copy without the history of its sentences", 60, focused=True),
    Action("sessions.delete", "delete,x", "Delete", "To the trash folder beside it", 50, focused=True),
    Action("sessions.undelete", "u", "Undelete", "Back from the trash: what was deleted last", 40, focused=True),
    # The export dialogue
    Action("export.write", "ctrl+e", "Write", "Write the file", 90, focused=True, priority=True),
    # A dialogue
    Action("dialogue.close", "escape", "Close", "Back to where you were", 10, focused=True),
    Action("help.close", "escape,f1,q", "Close", "Back to where you were", 10, focused=True),
    Action("app.quit", "q", "Quit", "Leave; everything is saved already", 72),
)

BY_ID = {action.id: action for action in ACTIONS}
