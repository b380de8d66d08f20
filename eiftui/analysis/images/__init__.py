"""What influence between images says: symmetry, blocks by class, look-alikes, noise, learning rates (METHODS §7).

An estimate has a number for each pair of a base network and a draw of digits, and its interval is for other networks
and other draws (`crossed`). EIF is in nats, and negative where an image became more likely to be seen as its class;
`teaching` is its negative.
"""
