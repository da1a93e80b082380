"""The doctor: what may be wrong with a network, its data or its training, in sentences with figures."""
