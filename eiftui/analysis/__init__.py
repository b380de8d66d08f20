"""What the numbers mean: statistics over draws, desiderata, symmetry, distributions, learning rates (METHODS §6)."""
