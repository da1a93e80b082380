"""Several processes that train one network: a batch is divided among them, and their gradients are added."""
