r"""The lines of columns of tables, before and after the network."""

from clearprop.maths.equation import entry

HOLZMULLER = "Holzmüller, Grinsztajn, Steinwart, NeurIPS 2024"

COLUMN_LINES = (
    entry(
        "column",
        "robust_scale",
        "a numeric column, about its centre c",
        r"x \leftarrow (x - c) s",
        HOLZMULLER,
    ),
    entry(
        "column",
        "between",
        "a column's place among its values in training, on a line between two of their quantiles; level beyond them",
        r"x \leftarrow q + (r - q) \frac{\min(\max(x, a), b) - a}{b - a}",
        "the sum of the pieces of Gorishniy, Rubachev, Babenko, NeurIPS 2022",
    ),
    entry(
        "column",
        "smooth_clip",
        "a column held within -3 and 3",
        r"x \leftarrow \frac{x}{\sqrt{1 + (\frac{x}{3})^{2}}}",
        HOLZMULLER,
    ),
    entry("column", "standardise", "a target, for training", r"t = \frac{y - \mu}{\sigma}"),
    entry("column", "unstandardise", "a prediction, back in the unit of the target", r"y = \sigma t + \mu"),
    entry(
        "column", "log_scale", "a target with a heavy tail, before it is standardised", r"t = \ln(y + \kappa)"
    ),
    entry("column", "unlog", "the logarithm, undone", r"y = \exp(t) - \kappa"),
    entry(
        "column",
        "within",
        "a prediction held within the range of the target in training",
        r"x \leftarrow \max(\min(x, c), b)",
    ),
    entry(
        "column",
        "cyclic",
        "a part of a date that comes again after n: its cosine, and with s = 1/4 its sine",
        r"x \leftarrow \cos(2 \pi (\frac{x}{n} - s))",
    ),
)
