"""What a catalogue holds, in numbers: groups, titles, photos and columns."""
