"""One thread: tiny products are slower on several, and other work shares the machine."""

import torch

torch.set_num_threads(1)
