"""One file a strategy: who goes on next. The file's name is what users call it."""
