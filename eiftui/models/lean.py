"""transformers without what it imports where that is installed, and what nothing here has a use for.

It goes without what it is told is not there. All other modules take it from this one, so that it is told in time.
"""

import sys

import torch

if not torch.accelerator.is_available():
    sys.modules.setdefault("triton", None)  # type: ignore[arg-type]  # 70 MB

_HIDDEN = [name for name in ("scipy", "torchvision") if name not in sys.modules]  # 45 MB, and a third of a second
sys.modules.update(dict.fromkeys(_HIDDEN))  # type: ignore[arg-type]
try:
    import transformers as transformers
finally:
    for name in _HIDDEN:
        del sys.modules[name]
