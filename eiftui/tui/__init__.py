"""The explorer: what a person sees. It never imports torch or transformers; a worker process does the computing."""
