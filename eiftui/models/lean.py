"""transformers without what it imports where that is installed, and what nothing here has a use for.

That takes tens of megabytes in every worker. It goes without what it is told is not there; all other modules take it
from this one, so that it is told in time.
"""

import sys

import torch

if not torch.accelerator.is_available():
    sys.modules.setdefault("triton", None)  # type: ignore[arg-type]

_HIDDEN = [name for name in ("scipy", "torchvision") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_HIDDEN))  # type: ignore[arg-type]
try:
    import transformers as transformers
finally:
    for name in _HIDDEN:
        del sys.modules[name]
