"""The order of the gallery."""


class FromSmallToLarge:
    """The examples from the smallest network to the largest; new ones after them."""

    NAMES = ("plot_testnet.py", "plot_xor.py", "plot_iris.py", "plot_digits.py")

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, name: str) -> tuple[int, str]:
        return (self.NAMES.index(name) if name in self.NAMES else len(self.NAMES)), name
