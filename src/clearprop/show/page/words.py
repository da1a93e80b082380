"""The words of the page itself, in English and Chinese; those of the working come with the trace."""

from dataclasses import dataclass

from clearprop.errors import SpecError


@dataclass(frozen=True)
class Words:
    """Every word that the page says."""

    lang: str
    parts: dict[str, str]
    network: str
    inputs: str
    rows: str
    one_row: str
    kink: str
    row_shown: str
    headline: str
    unchanged: str
    verified: str
    verified_more: str
    doubtful: str
    hint: str
    keys: str
    scripts_off: str
    scripts_off_packed: str
    scalar: str
    sample: str
    batch: str
    each: str
    alone: str
    exactly: str
    checked: str
    recomputed: str
    conventions: str
    left_out: str
    theme: str
    light: str
    dark: str
    auto: str
    previous: str
    next: str
    play: str
    pause: str
    training: str
    training_said: str
    step: str
    loss: str
    fell: str
    steps: str
    weights_at: str
    whole: str
    map_said: str
    raw: str
    encoded: str
    made: str


EN = Words(
    lang="en",
    parts={
        "given": "Given", "forward": "Forward", "loss": "Loss", "backward": "Backward", "update": "Update",
        "next": "Next forward",
    },
    network="The network",
    inputs="input",
    rows="{n} rows",
    one_row="1 row",
    kink="on the kink: the slope here is a convention",
    row_shown="Numbers in the network: of row",
    headline="<strong>J = {J}</strong> on {rows}; after one step it is <strong>{after}</strong>.",
    unchanged="<strong>J = {J}</strong> on {rows}.",
    verified="verified",
    verified_more="Each number was computed again from its line (off by {recomputed} at most), and {cells} derivatives"
    " were held against the complex step (off by {step} at most, relative).",
    doubtful="not verified",
    hint="Point at a number, or walk to it with the arrow keys: its line appears, and what it is made from lights up.",
    keys="← ↑ ↓ → walk within a matrix · Enter keeps a line · Esc lets go · , and . go to the number before and after",
    scripts_off="Scripts are off. Everything is on this page all the same:"
    " the lines of single numbers are folded under each matrix.",
    scripts_off_packed="Scripts are off. All matrices and formulas are on this page all the same;"
    " the lines of single numbers are too many to be written out, and need scripts.",
    scalar="one number", sample="one sample", batch="the batch",
    each="All {n} numbers, line by line",
    alone="Its line",
    exactly="in full",
    checked="complex step",
    recomputed="recomputed",
    conventions="Conventions",
    left_out="What is left out",
    theme="colours", light="light", dark="dark", auto="as the system",
    previous="the number before", next="the next number", play="walk through", pause="stop",
    training="Training, step by step",
    training_said="Each step is one update with the same rows. Move the handle:"
    " the weights under the curve, and the lines in the network, are those of that step."
    " Everything further down, and the numbers in the network, stay those of step 0.",
    step="step",
    loss="loss J",
    fell="In {n} steps J goes from {first} to {last}.",
    steps="{n} steps",
    weights_at="Weights at step",
    whole="The whole of",
    map_said="{rows} × {columns} numbers, as means over blocks; from {least} to {most}.",
    raw="The rows as they came",
    encoded="How inputs come of columns",
    made="made by",
)  # fmt: skip

ZH = Words(
    lang="zh",
    parts={
        "given": "已知", "forward": "前向传播", "loss": "损失", "backward": "反向传播",
        "update": "参数更新", "next": "再次前向",
    },
    network="网络",
    inputs="输入",
    rows="{n} 个样本",
    one_row="1 个样本",
    kink="位于折点，此处的斜率为约定值",
    row_shown="网络中的数值属于样本",
    headline="{rows}上 <strong>J = {J}</strong>；更新一步之后为 <strong>{after}</strong>。",
    unchanged="{rows}上 <strong>J = {J}</strong>。",
    verified="已验证",
    verified_more="每个数都按其算式重新计算过（最大偏差 {recomputed}），"
    "{cells} 个导数与复步长法核对过（最大相对偏差 {step}）。",
    doubtful="未验证",
    hint="指向任何一个数，或用方向键走到它：它的算式随即显示，参与运算的数同时亮起。",
    keys="← ↑ ↓ → 在矩阵内移动 · 回车固定算式 · Esc 取消 · 逗号、句号：上一个、下一个数",
    scripts_off="脚本已关闭。内容仍然完整：每个数的算式折叠在各矩阵之下。",
    scripts_off_packed="脚本已关闭。所有矩阵和公式仍在本页；每个数的算式过多，未逐一写出，需启用脚本才能查看。",
    scalar="单个数", sample="单个样本", batch="整批",
    each="全部 {n} 个数的算式",
    alone="它的算式",
    exactly="完整数值",
    checked="复步长法",
    recomputed="重新计算",
    conventions="约定",
    left_out="未列出的内容",
    theme="配色", light="浅色", dark="深色", auto="跟随系统",
    previous="上一个数", next="下一个数", play="逐个演示", pause="停止",
    training="逐步训练",
    training_said="每一步都用同一批样本更新一次。拖动滑块：曲线下的权重和网络中的连线即为该步的数值；"
    "再往下的内容以及网络中的数字始终是第 0 步的。",
    step="步",
    loss="损失 J",
    fell="{n} 步之内，J 由 {first} 变为 {last}。",
    steps="{n} 步",
    weights_at="权重，第几步：",
    whole="全貌：",
    map_said="{rows} × {columns} 个数，按块取平均；范围 {least} 至 {most}。",
    raw="原始数据",
    encoded="各输入由哪一列得来",
    made="生成：",
)  # fmt: skip


def words_of(lang: str) -> Words:
    """The words of a language.

    Raises SpecError if there are none.

    Examples
    --------
    >>> words_of("en").parts["loss"]
    'Loss'
    """
    for words in (EN, ZH):
        if words.lang == lang:
            return words
    msg = f'The page speaks "en" and "zh"; got `lang` {lang!r}.'
    raise SpecError(msg)
