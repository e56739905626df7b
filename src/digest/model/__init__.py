"""The nouns of digest, as frozen values. Nothing here reads a clock, a file or a socket."""
