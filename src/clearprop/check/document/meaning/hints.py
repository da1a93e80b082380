"""What the prose says: sizes, layers, activations, losses, one sample or many. English and Chinese."""

import re

SAMPLES = r"(?:training |data |labell?ed |input )*(?:examples?|samples?|instances?|observations?|patterns?|points?|data ?points?|rows?|images?|records?)"
AFTER = {
    ("m",): re.compile(rf"^\s*(?:{SAMPLES}|[^\s，,。、；;]{{0,3}}个?(?:训练|输入|批量)?(?:样本|数据|样例))"),
    ("L",): re.compile(r"^\s*(?:fully.connected |hidden |weight )?(?:layers?\b|层)"),
    ("n", -1): re.compile(
        r"^\s*(?:different |possible |output )?(?:class(?:es)?\b|categories|labels\b|outputs?\b|output units|个?类|个?输出|维的?\s*(?:one.?hot|独热))"
    ),
    ("n", 0): re.compile(
        r"^\s*(?:input )?(?:features?\b|inputs?\b|dimensions?\b|attributes|个?特征|维(?!数组))"
    ),
}
BEFORE = {
    ("m",): re.compile(
        r"(?:batch(?:es)? (?:size|of)|mini-?batch(?:es)? of(?: size)?|number of (?:training )?(?:examples|samples)|样本(?:总|个)?数(?:目|量)?(?:为|是)?|批量\S{0,4}大小(?:为|是)?|批(?:次)?大小(?:为|是)?)\s*$"
    ),
    ("L",): re.compile(r"(?:number of layers|\bdepth(?: is| of)?|层数(?:为|是|记为)?)\s*$"),
    ("n", -1): re.compile(
        r"(?:number of (?:classes|outputs|categories)|类别\S{0,2}(?:数[目量]?)?(?:为|是|记为)?)\s*$"
    ),
    ("n", 0): re.compile(
        r"(?:number of (?:features|inputs)|维数?(?:为|是)?|特征\S{0,2}(?:为|是)?|dimension(?:ality)?)\s*$"
    ),
}
OUTPUTS = re.compile(r"(?:输出|标签|标记)\S{0,4}\s*$")  # before the dimension of a vector
LETTER = re.compile(r"^\\?[A-Za-z]+(?:_\{?\w+\}?)?$")
NUMBER_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
}
SAMPLE_LETTER = re.compile(
    r"(?:(?:example|sample|instance|observation|row|pattern|image|muster|beispiel)s?(?: number)?\s*\$\\?(\w)\$)|(?:第\s*\$\\?(\w)\$\s*(?:个|条|行)?\s*(?:训练)?(?:样本|数据))"
    r"|(?:样本|样例|examples?|samples?|patterns?)[^$.。]{0,12}(?:下标|编号|index|by|numbered)\s*\$\\?(\w)\s*[=$]"
    r"|(?:\$\\?(\w)\$(?:-th|th|'th)\s*(?:training )?(?:example|sample|instance|observation))",
    re.IGNORECASE,
)
ONE_SAMPLE = re.compile(
    r"\b(?:single|one) (?:training |data )?(?:example|sample|instance|data point|observation|image|pattern)\b|per.example|"
    r"单个(?:训练)?(?:数据|样本)|一个(?:训练)?样本|\b(?:ein(?:zeln)?e[sn]?|ein) (?:einzelne[sn]? )?(?:Trainings)?(?:beispiel|muster|datenpunkt)\b|"
    r"\bun seul (?:exemple|échantillon)",
    re.IGNORECASE,
)
TAKES_ONE = re.compile(
    r"(?:take|consider|start with|look at|suppose|for) (?:just |only )?(?:one|a single) (?:training )?"
    r"(?:example|sample|instance|data point|observation)|(?:先|只)(?:看|考虑)\S{0,4}(?:单个|一个)\S{0,3}样本",
    re.IGNORECASE,
)
# Up to the end of the section: its lines are of one sample.
DROPS_SAMPLES = re.compile(
    r"(?:drop|omit|suppress|leave out)(?:p?ing|s|ted)? (?:the )?(?:sample|example|pattern|data)(?:'s)? "
    r"(?:index|indices|superscript|subscript)|(?:省去|略去|省略|去掉)\S{0,4}样本\S{0,2}(?:下标|上标|指标|编号)",
    re.IGNORECASE,
)
# "I drop the (i)": of one sample, where the letter is that of the samples.
DROPS_LETTER = re.compile(
    r"(?:drop|omit|suppress|leave out|leave off|skip)(?:p?ing|s|p?ed|ted)? (?:the )?"
    r"(?:(?:index|indices|superscripts?|subscripts?) )?\$?[\^_]?\{?\(?\\?([a-z]+)\)?\}?\$?(?![a-z])|"
    r"ohne den (?:Index|Superskript) \$[\^_]?\{?\(?\\?([a-z]+)\)?\}?\$|"
    r"l'(?:indice|exposant) \$[\^_]?\{?\(?\\?([a-z]+)\)?\}?\$ (?:est omis|sera omis)|"
    r"(?:省去|略去|省略|去掉)\S{0,2}(?:下标|上标|指标)\s*\$[\^_]?\{?\(?\\?([a-z]+)\)?\}?\$",
    re.IGNORECASE,
)
HEADING = re.compile(r"^#+ |\\(?:sub)*section\b|\\paragraph\b", re.MULTILINE)
ACTIVATIONS = [
    ("leaky_relu", r"leaky[ -]?(?:relu|rectif)|(?:泄漏|泄露|渗漏)的? ?(?:relu|修正|线性|整流)"),
    ("relu", r"relu\b|rectif|修正线性|线性整流"),
    ("logistic", r"sigmoid|logistic|S型|S 型"),
    ("tanh", r"tanh|hyperbolic tangent|双曲正切"),
    ("softplus", r"softplus"),
    ("elu", r"\belu\b"),
    ("gelu", r"\bgelu\b"),
]
# Behind a function: the layers that it is of, others than the last.
IN_HIDDEN_LAYERS = re.compile(
    r"[^.;。；]{0,24}?\b(?:in|for|of|at) (?:the |all |every |each )*(?:hidden|inner|intermediate) (?:layers?|units?)|"
    r"[^.;。；]{0,12}?(?:隐藏层|隐含层|隐层)",
    re.IGNORECASE,
)
# Between a matrix and what it has on its diagonal.
ON_THE_DIAGONAL = re.compile(r"[^.;。；]{0,60}(?:\bdiagonal|对角)[^.;。；]{0,60}$", re.IGNORECASE)
# Behind a function: where another layer's begins.
OTHER_LAYER = re.compile(
    r"[,，;；、] ?(?:(?:and|while|but|whereas) |而)?(?:the |at the |in the |在)?(?:output|last layer|输出|最后)",
    re.IGNORECASE,
)
# Before a function: the same.
OF_HIDDEN_LAYERS = re.compile(
    r"hidden (?:layers?|units?|neurons?)(?:'s?)?(?: use| have| apply| with| is| are|:|,)?(?: (?:the|an?))?"
    r"(?: (?:activation|transfer))?(?: functions?)?(?: is| by|,)?\s*$|"
    r"(?:隐藏层|隐含层|隐层)\S{0,8}?(?:激活函数|采用|使用|用|取)(?:为|是|函数|采用|取|记为|记作)?\s*$",
    re.IGNORECASE,
)
LOSSES = [
    ("binary", r"binary cross.?entropy|logistic loss|log.?loss for two|二元交叉熵|二分类交叉熵"),
    ("cross-entropy", r"cross.?entropy|negative log.?likelihood|交叉熵|负对数"),
    ("squared", r"squared|mean.square|quadratic|least squares|均方|平方"),
]


def letter_size(formula: str, before: str, after: str) -> tuple[str, tuple] | None:
    """What size a lone letter is, by the words around it."""
    text = formula.strip()
    if not LETTER.match(text) or activations(text):
        return None
    ordinal = before.rstrip().endswith(("第", "layer", "layers", "class", "unit", "neuron"))
    for size, pattern in AFTER.items():
        if not ordinal and pattern.match(after[:60]):
            return text, ("n", -1) if size == ("n", 0) and OUTPUTS.search(before[-20:]) else size
    for size, pattern in BEFORE.items():
        if pattern.search(before[-60:]):
            return text, size
    whose = re.search(r"\b(output|input)\b[^.;]{0,40}$", before, re.IGNORECASE)
    if whose and re.match(r"\s*(?:components|entries)\b", after):
        return text, ("n", -1 if whose[1].lower() == "output" else 0)
    return None


SAMPLE = r"(?:examples?|samples?|instances?|observations?|data ?points?|records?|images?|样本|样例|数据)"
LINE_OF_SAMPLE = (
    r"(?:each|every|one|a|per|-?'?th\$?|\$) {line}[^.。；;\n]{{0,30}}?\b{sample}|"
    r"{sample}[^.。；;\n]{{0,40}}?\b(?:in|as|into|along|form|per|are|is)\b (?:the |its |a |one |each |\S+ )?\**{line}s?\b|"
    r"\$[^$\n]{{0,40}}x[^$\n]{{0,40}}\$ as (?:its|the) {line}s?\b|{line} (?:is|being) \$[^$\n]{{0,6}}x|{zh}(?:为|是)\s*\$[^$\n]{{0,8}}x|"
    r"每一?{zh}[^.。；;\n]{{0,12}}?(?:样本|样例|数据)|(?:样本|样例|数据)[^.。；;，,\n]{{0,8}}?(?:按|排成|作为|为|成){zh}"
)


INPUT = re.compile(
    r"\binputs?(?: vectors?| layer| features?)?(?: is| are| be|,)? \$\\?(?:(?:mathbf|bm|boldsymbol|vec) ?)?\{?(\w)\}?(?: ?\\in[^$]*)?\$|"
    r"\$(\w)\$ (?:is|be|denotes?) (?:the |an |our )?inputs?\b|输入(?:向量|特征|数据)?(?:为|是|记为|记作)?\s*\$(\w)(?: ?\\in[^$]*)?\$",
    re.IGNORECASE,
)


def first_group(pattern: re.Pattern[str], prose: str) -> str | None:
    """What the first match has in the one of its groups that took part."""
    found = pattern.search(prose)
    return next((group for group in found.groups() if group), None) if found else None


def input_letter(prose: str) -> str | None:
    """The letter that the text calls its input."""
    return first_group(INPUT, prose)


WANTED = r"(?:desired|target) (?:responses?|outputs?|values?|answers?|activit(?:y|ies))"
NAMED_TARGET = re.compile(
    rf"\$\\?(\w)(?:_\{{?\w+\}}?)?(?:\(\w\))?\$ (?:is|are|be|being|denotes?) (?:the )?{WANTED}\b|"
    rf"\b{WANTED} \$(\w)(?:_\{{?\w+\}}?)?\$",
    re.IGNORECASE,
)


def target_letters(prose: str) -> set[str]:
    """The letter that the text calls the desired response, or the target output, if it has one."""
    return {letter for letter in (first_group(NAMED_TARGET, prose),) if letter is not None}


TRUE = r"(?:correct|true|right|actual|ground.truth)"
IN = r"(?:\s*\\in\b[^$]*)?"  # the range of a letter
TRUE_CLASS = re.compile(
    rf"\$(\w)\$ (?:be|is|denotes?|as|for) (?:the )?(?:index of )?(?:the )?{TRUE} (?:class|label)\b|"
    rf"{TRUE} (?:class|label)(?: index)?(?: is| be| by| as|,)? \$(\w)\$|"
    rf"\b(?:label|target) (?:is|be|as|by) (?:now |just |only )?(?:an? |the )?(?:class )?(?:index|number|id|class),? \$(\w){IN}\$|"
    r"(?:正确|真实)的?(?:类别|标签|类)(?:为|是|记为|记作)?\s*\$(\w)\$|\$(\w)\$\s*(?:为|是|表示)(?:正确|真实)的?(?:类别|标签|类)|"
    rf"标签(?:是|为|用)?(?:类别)?(?:编号|序号|索引|下标)(?:为|是|记为|记作)?\s*\$(\w){IN}\$",
    re.IGNORECASE,
)


def of_class(prose: str) -> set[str]:
    """The letter that the text has for the class that a sample is of, if it has one."""
    return {letter for letter in (first_group(TRUE_CLASS, prose),) if letter is not None}


def true_class(prose: str) -> str | None:
    """The same, where it is no letter of targets."""
    return next(iter(of_class(prose) - {"y", "t"}), None)


def sample_rows(prose: str) -> bool | None:
    """Whether the prose says that a sample is a row of a matrix, or a column; None if it says neither, or both."""
    rows, columns = (
        re.search(LINE_OF_SAMPLE.format(line=line, zh=zh, sample=SAMPLE), prose, re.IGNORECASE) is not None
        for line, zh in (("row", "行"), ("column", "列"))
    )
    return rows if rows != columns else None


# The text looks for the largest likelihood, not for the smallest loss.
MAXIMISES = re.compile(
    r"maximi[sz]|gradient ascent|(?<!negative )log.?likelihood|(?<!负)(?<!负的)对数似然|最大化", re.IGNORECASE
)

# The prose speaks of numerator layout, of derivatives that are rows.
NUMERATOR = re.compile(
    r"numerator.layout|分子布局|(?:derivative|gradient|partials?|differential)\b[^.;]{0,80}?\brows?\b|"
    r"(?:导数|梯度)[^。；]{0,20}行向量",
    re.IGNORECASE,
)

# The prose takes a constant of the gradient as part of the learning rate.
ABSORBS = re.compile(
    r"(?:fold|absorb|swallow|merg|incorporat)\w*[^.;]{0,60}(?:learning rate|step size|\\eta|\\alpha)|"
    r"(?:吸收|并入|合并)[^。；]{0,20}(?:学习率|步长)",
    re.IGNORECASE,
)


# What the loss of all samples is, of those of each.
SUMMED = re.compile(
    r"(?:loss|cost|error|risk|objective)[^.;:]{0,40}\b(?:the|a) \**sum\b|\bsum(?:med|s)? (?:of |up )?(?:the |all )?"
    r"(?:per.)?(?:sample|example|individual)?'?s?'? ?(?:losses|costs|errors)|(?:损失|误差|代价)[^。；]{0,12}(?:之|的总?|求)\**和",
    re.IGNORECASE,
)
AVERAGED = re.compile(
    r"(?:loss|cost|error|risk|objective)[^.;:]{0,40}\b(?:the|an) \**(?:mean|average)\b|\b(?:mean|average) (?:of |over )?"
    r"(?:the |all )?(?:per.)?(?:sample|example|individual)?'?s?'? ?(?:losses|costs|errors|loss|cost)|"
    r"(?:损失|误差|代价)[^。；]{0,12}平均|平均(?:损失|误差|代价)",
    re.IGNORECASE,
)


def way_said(prose: str) -> str | None:
    """Whether the prose calls the loss of all samples the sum or the mean of theirs; None if it says neither, or both."""
    summed, averaged = says(SUMMED, prose), says(AVERAGED, prose)
    return None if summed == averaged else "sum" if summed else "mean"


def says(what: re.Pattern[str], prose: str) -> bool:
    """Whether the prose says it somewhere."""
    return what.search(prose) is not None


PAIR = re.compile(  # (x_k, y_k)
    r"\(\s*(?:\\(?:mathbf|bm|boldsymbol|vec)\b\s*)?\{?x\}?\s*_\{?([a-z])\}?\s*,\s*"
    r"(?:\\(?:mathbf|bm|boldsymbol|vec)\b\s*)?\{?[ytd]\}?\s*_\{?\1\}?\s*\)"
)


def paired(prose: str) -> set[str]:
    """The letters that an input and its target carry alike."""
    return {match[1] for match in PAIR.finditer(prose)}


def sample_letters(prose: str) -> set[str]:
    return {next(g for g in m.groups() if g) for m in SAMPLE_LETTER.finditer(prose)}


def activation(prose: str) -> str | None:
    """The first activation that is named."""
    found = [
        (m.start(), name) for name, pattern in ACTIVATIONS if (m := re.search(pattern, prose, re.IGNORECASE))
    ]
    return min(found)[1] if found else None


def activations(prose: str) -> set[str]:
    """All that are named."""
    return {name for name, pattern in ACTIVATIONS if re.search(pattern, prose, re.IGNORECASE)}


OUTPUT_LAYER = re.compile(
    r"(?:output layer|last layer|final layer|last one|output units?|output neurons?|输出层|最后一层|输出单元|输出神经元)"
    r"([^.。;；\n]{0,60})",
    re.IGNORECASE,
)
SOFTMAX, LINEAR = (
    r"soft-?max",
    r"\b(?:is|are|be|uses?|with|has|have|stays?|remains?)(?: an?| the| kept| purely| just| simply)? (?:linear|identity)\b"
    r"(?! combination)|no (?:activation|non-?linearity)|without (?:an |any )?(?:activation|non-?linearity)|"
    r"(?:线性|恒等)(?:激活|输出|函数|单元|映射)?|(?:不|没有|无)\S{0,4}激活",
)


def output(prose: str) -> str | None:
    """The function of the last layer, where a clause that names this layer says it."""
    for match in OUTPUT_LAYER.finditer(prose):
        clause = re.split(r"hidden|隐", match[1])[0]
        if re.search(SOFTMAX, clause, re.IGNORECASE):
            return "softmax"
        named = activation(clause)
        if named is not None or re.search(LINEAR, clause, re.IGNORECASE):
            return named or "identity"
    return None


LAYERS = re.compile(
    r"(?:layers|Schichten|层)\s*\$[01]\s*,(?:\s*[12]\s*,)?\s*\\[lc]?dots\s*,\s*([A-Z])\$", re.IGNORECASE
)


def last_layer(prose: str) -> str | None:
    """The S of: layers 0, 1, ..., S."""
    found = LAYERS.search(prose)
    return found[1] if found and found[1].isupper() else None


def loss(prose: str) -> str | None:
    for name, pattern in LOSSES:
        if re.search(pattern, prose, re.IGNORECASE):
            return name
    return None


SIZED = re.compile(r"(?<![\d.])(\d{1,2}(?:\s*[-–—→]\s*\d{1,2}){1,5})(?![\d.])")
UNITS = r"(?:neurons?|units?|nodes?|inputs?|outputs?|features?|hidden units?|个?(?:隐藏|输入|输出)?(?:神经元|单元|节点|结点|特征))"
COUNT = r"\$?(\d{1,2}|one|two|three|four|five|six|[一二两三四五])\$?\s*"
PLACES = {
    0: rf"(?:input layer|输入层|inputs? )[^.。;；\n]{{0,40}}?{COUNT}{UNITS}",
    1: rf"(?:hidden layer|隐藏层|隐含层|隐层)[^.。;；\n]{{0,40}}?{COUNT}{UNITS}",
    -1: rf"(?:output layer|输出层)(?:\s*(?:为|是|有|has|of|:|：)\s*(\d{{1,2}})\b|[^.。;；\n]{{0,40}}?{COUNT}{UNITS})",
}


ONE_UNIT_EACH = re.compile(
    r"(?:one|a single) (?:neuron|unit|node)s? (?:per|in each|in every) layer|"
    r"(?:each|every) layer (?:has|holds|contains|consists of|is) (?:only |just |exactly )?(?:one|a single) (?:neuron|unit|node)|"
    r"(?:chain|line) of (?:single )?(?:neurons|units)|每一?层都?(?:只|仅)?(?:有|含)(?:一|1|单)个?(?:神经元|单元|节点|结点)",
    re.IGNORECASE,
)


def chain_of_sizes(prose: str) -> tuple[int, ...] | None:
    """Sizes written as 3-4-2."""
    for match in SIZED.finditer(prose):
        sizes = tuple(int(n) for n in re.findall(r"\d+", match[1]))
        if len(sizes) >= 3 and all(0 < n <= 12 for n in sizes):
            return sizes
    return None


def layer_sizes(prose: str) -> dict[int, int]:
    """Sizes that the prose names: input layer with 3 neurons."""
    found = {}
    for layer, pattern in PLACES.items():
        match = re.search(pattern, prose, re.IGNORECASE)
        if match:
            word = next(group for group in match.groups() if group).lower()
            found[layer] = NUMBER_WORDS.get(word) or int(word)
    return found


def dropped_letters(prose: str, letters: set[str]) -> list[int]:
    """Where the prose leaves out one of these letters."""
    found = DROPS_LETTER.finditer(prose)
    return [match.end() for match in found if letters & {group for group in match.groups() if group}]


def number_of_classes(sentence: str) -> int | None:
    """As in: with three classes."""
    match = re.search(
        r"(\d+|one|two|three|four|five|six|[二两三四五])\s*(?:个)?(?:classes|categories|outputs|类)",
        sentence,
        re.IGNORECASE,
    )
    if match is None:
        return None
    word = match[1].lower()
    return NUMBER_WORDS.get(word) or int(word)
