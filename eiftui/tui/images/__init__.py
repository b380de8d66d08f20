"""The explorer on a session of images."""
