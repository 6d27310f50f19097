"""What can hardly be meant: rules over typed tables, each of which returns the oddities it found. Frames in, oddities out."""
