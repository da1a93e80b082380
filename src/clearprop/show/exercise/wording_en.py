"""What worksheets say in English."""

TEXTS = {
    "score": "{right} of {of} right.",
    "unknown": "Not on this sheet, so not marked: {ids}. Check the numbers of the blanks, and whose key it is.",
    "title": "One step of a {net} network",
    "title.mistakes": "Find the mistakes: one step of a {net} network",
    "intro": (
        "A batch of {m} rows goes through a {net} network: forward, loss, backward, update. Fill "
        "in the {blanks} blanks. Every number follows from those above it."
    ),
    "intro.mistakes": (
        "This working of a batch of {m} rows in a {net} network has {n} mistakes. A mistake is a "
        "quantity that was not computed by its rule; everything after it was computed rightly "
        "from the wrong numbers. Find the quantities, and say what was done."
    ),
    "conventions": (
        "Rows are samples. delta and da are those of one sample each, not divided by m; J, dW "
        "and db are means over the {m} rows. alpha = {lr}, lambda = {l2}."
    ),
    "numbers.decimal": "Give decimals rounded to {digits} places; whole numbers as they are.",
    "numbers.exact": (
        "Give fractions. Where a matrix is written with ln 2 before it, give the multiples of ln 2."
    ),
    "numbers.moodle": "Give decimals rounded to {digits} places; no fractions.",
    "given": "Given",
    "forward": "Forward",
    "loss": "The loss",
    "backward": "Backward",
    "update": "Update",
    "answers": "Your answers",
    "kinds": "What it may be",
    "where": "in which quantity",
    "what": "which letter",
    "mistake": "Mistake",
    "expected": "right:",
    "solution": "Solution",
    "working": "Working",
    "check": "Check my answers",
    "reveal": "Show the solution",
    "save": "Save my answers",
    "clear": "Clear all",
    "sheet": "Worksheet {seed}",
    "blank": "Blank {id}: {place}",
    "choose": "choose",
    "noscript": "Scripts are off: print the sheet and fill it in by hand, or mark it with clearprop mark.",
    "private": "Nothing that you type leaves this page.",
    "name": "Name",
    "date": "Date",
}
STATUS = {
    "right": "right",
    "carried": "right, carried forward",
    "wrong": "wrong",
    "empty": "not answered",
    "unread": "not a number",
}
SLIPS = {
    "1/m lost": "1/m lost",
    "1/m too early": "1/m where it does not belong",
    "sign": "the sign is wrong",
    "transpose lost": "transpose lost",
    "mask forgotten": "mask forgotten, or taken from a in place of z",
    "activation forgotten": "activation forgotten: z in place of a",
    "bias forgotten": "bias forgotten",
    "penalty forgotten": "lambda W forgotten",
    "bias penalised": "a penalty on the bias",
    "uphill": "uphill: the update has the wrong sign",
    "rate forgotten": "alpha forgotten",
    "wrong layer": "the wrong layer",
    "wrong sum": "the sum over the wrong axis",
    "transposed": "transposed",
    "rounding": "rounded too early, or to too few digits",
    "another cell": "the number of another cell,",
    "ln 2 lost": "ln 2 lost",
}
