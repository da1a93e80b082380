"""What the tests compare with: formulas by hand, exact numbers, random networks, planted mistakes."""
