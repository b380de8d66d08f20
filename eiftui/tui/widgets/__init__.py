"""The parts of the main screen, a module each."""
