"""Reports: one file a format, each turning a verdict into text, plus the other things shown on a terminal."""
