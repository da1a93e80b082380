"""What worksheets say in Chinese."""

TEXTS = {
    "score": "{of} 题中答对 {right} 题。",
    "unknown": "本练习没有这些空，未批改：{ids}。请检查空的编号，以及答案页是否对应。",
    "title": "{net} 网络的一步计算",
    "title.mistakes": "找错：{net} 网络的一步计算",
    "intro": (
        "一批 {m} 行数据通过 {net} 网络：前向、损失、反向、更新。"
        "请填写 {blanks} 个空。每个数都可由它上面的数算出。"
    ),
    "intro.mistakes": (
        "下面是一批 {m} 行数据在 {net} 网络中的计算，其中有 {n} 处错误。所谓错误，是指某个量没有按公式计算；其后"
        "的量都由错误的数正确地算出。请找出这些量，并说明错在哪里。"
    ),
    "conventions": (
        "每行是一个样本。delta 与 da 属于单个样本，不除以 m；J、dW、db 是 {m} 行的平均。"
        "alpha = {lr}，lambda = {l2}。"
    ),
    "numbers.decimal": "小数请四舍五入到 {digits} 位；整数照写。",
    "numbers.exact": "请写分数。矩阵前写有 ln 2 时，填 ln 2 的倍数。",
    "numbers.moodle": "请写小数，四舍五入到 {digits} 位；不要写分数。",
    "given": "已知",
    "forward": "前向",
    "loss": "损失",
    "backward": "反向",
    "update": "更新",
    "answers": "你的答案",
    "kinds": "可能的错误",
    "where": "在哪个量",
    "what": "哪个字母",
    "mistake": "错误",
    "expected": "正确：",
    "solution": "解答",
    "working": "计算过程",
    "check": "检查答案",
    "reveal": "显示解答",
    "save": "保存答案",
    "clear": "全部清除",
    "sheet": "练习 {seed}",
    "blank": "第 {id} 空：{place}",
    "choose": "请选择",
    "noscript": "脚本未启用：请打印后手写，或用 clearprop mark 批改。",
    "private": "你输入的内容不会离开本页。",
    "name": "姓名",
    "date": "日期",
}
STATUS = {
    "right": "正确",
    "carried": "正确（由前面的错误推出）",
    "wrong": "错误",
    "empty": "未作答",
    "unread": "不是数",
}
SLIPS = {
    "1/m lost": "漏了 1/m",
    "1/m too early": "多除了 m",
    "sign": "符号错误",
    "transpose lost": "漏了转置",
    "mask forgotten": "漏了掩码，或误用 a 代替 z",
    "activation forgotten": "漏了激活函数：误用 z 代替 a",
    "bias forgotten": "漏了偏置",
    "penalty forgotten": "漏了 lambda W",
    "bias penalised": "偏置不应有惩罚项",
    "uphill": "更新方向相反",
    "rate forgotten": "漏了 alpha",
    "wrong layer": "用错了层",
    "wrong sum": "求和方向错误",
    "transposed": "行列颠倒",
    "rounding": "过早舍入，或位数不够",
    "another cell": "这是另一格的数：",
    "ln 2 lost": "漏了 ln 2",
}
