"""The words of an account in Chinese."""

PARTS = {
    "given": "已知量", "forward": "前向传播", "loss": "损失", "backward": "反向传播", "update": "参数更新",
    "next": "更新后的前向传播",
}  # fmt: skip
QUANTITIES = {
    "a0": "批数据，每行一个样本", "Y": "目标值", "Y.classes": "目标值：样本所属类别为 1，其余为 0", "w": "各样本的权重",
    "W": "第 {l} 层的权重：行 k 对应前一层单元，列 j 对应本层单元", "b": "第 {l} 层的偏置",
    "z": "第 {l} 层的输入（激活之前）", "a": "第 {l} 层的输出", "p": "网络的输出", "p.classes": "各类别的概率",
    "losses": "每个样本的损失", "J_sum": "损失之和", "J": "损失：整批的平均值", "penalty": "权重惩罚项",
    "J_total": "含惩罚项的损失", "dp": "样本损失对各概率的导数", "jacobian": "各概率对最后一层各输入的导数",
    "delta": "第 {l} 层的残差：样本损失对该层各输入的导数", "da": "样本损失对第 {l} 层各输出的导数",
    "da0": "样本损失对网络输入的导数", "slope": "第 {l} 层激活函数的斜率", "slope.relu": "第 {l} 层的掩码：relu 允许通过之处",
    "dz": "第 {l} 层残差除以 m，即自动求导所得", "outer": "每个样本对第 {l} 层权重梯度的贡献", "dW": "第 {l} 层权重的梯度",
    "db": "第 {l} 层偏置的梯度", "decayed": "加上惩罚项后的梯度", "W'": "更新后第 {l} 层的权重", "b'": "更新后第 {l} 层的偏置",
    "rest": "其余 {terms} 项",
}  # fmt: skip
RULES = {
    "activation": "激活", "affine": "仿射", "chain rule": "链式法则", "decay": "衰减", "derivative of ln": "对数求导",
    "loss": "损失", "mask": "掩码", "mean": "整批平均", "outer product": "外积", "penalty": "惩罚项", "pull back": "反传",
    "quotient rule": "商法则", "residual": "残差", "slope": "斜率", "softmax": "softmax", "sum": "求和", "update": "更新",
}  # fmt: skip
LINES = {
    "G2": "仿射变换：每个单元的输入；b 加到每一行", "G3": "隐藏层的激活，此处为 relu；最后一层没有激活", "G4": "softmax：各类别的概率",
    "G5.row": "一个样本的损失：交叉熵", "G5.sum": "各样本损失之和：平均值的 m 倍", "G5": "整批的损失：各样本损失的平均值",
    "G5.weighted": "每行带权重；m 为权重之和", "G5.penalty": "惩罚项：不除以 m，也不含偏置", "G6.loss": "样本损失对一个概率的导数",
    "G6.quotient": "用商法则求 softmax 的导数；行 c，列 j", "G6.jacobian": "softmax 的导数；行 c，列 j",
    "G6.chain": "经样本每个概率的链式法则", "G6.sum": "代入 softmax 的导数", "G6": "最后一层的残差；Y 每行之和为 1",
    "G6.weighted": "最后一层的残差，每行带权重", "G1.mean": "平均损失的导数，即自动求导库所给出的",
    "G7.da.chain": "经后一层每个单元的链式法则", "G7.da": "一层输出的梯度：由其后的权重反传", "G7.chain": "经单元自身输出的链式法则",
    "G7.slope": "激活函数的斜率", "G7": "relu 隐藏层的残差；0 处斜率取 1", "G8.chain": "经单元输入、对每个样本的链式法则",
    "G8": "权重的梯度：整批平均", "G8.summand": "一个样本对梯度的贡献", "G9.chain": "经单元输入的链式法则，对偏置的导数为 1",
    "G9": "偏置的梯度：整批平均", "G10.decayed": "含惩罚项的梯度", "G10": "权重的更新；所有梯度都在旧参数处求得",
    "G11": "偏置的更新，不衰减",
}  # fmt: skip
CONVENTIONS = {
    "loss.mean": "J 是 m 个样本损失的平均值；同时给出其和 J_sum。", "loss.sum": "损失为 J_sum，即各样本损失之和；同时给出平均值 J。",
    "divisor.mean": "1/m 只出现在 J 的梯度（权重与偏置）中；残差按样本计，不除以 m。",
    "divisor.sum": "1/m 只出现在 J 中：残差与梯度都是对损失之和而言。",
    "weights": "样本带权重：m 为权重之和 {m}，残差含有该样本的权重。", "relu": "relu 在 0 处的斜率取 {value}：1(z {sign} 0)。",
    "penalty": "惩罚系数 lambda = {value}，不除以 m，也不作用于偏置。", "no penalty": "没有惩罚项：lambda = 0。",
    "old": "所有梯度都在更新前的参数处求得；alpha = {value}。",
    "digits": "数字保留 {digits} 位有效数字，结果需要时更多；仅当两边印出的数相等时用 =，有舍入时用 ≈。",
    "exact": "数字是精确的：分数、对数与 e 的幂；≈ 之后的小数保留 {digits} 位有效数字。",
}  # fmt: skip
TEXTS = {
    "title": "一步的完整计算", "title.steps": "{steps} 步中第一步的完整计算",
    "network": "网络 {sizes}，{activations}；输出 {head}；{parameters} 个参数；{rows} 个样本。", "no hidden": "没有隐藏层",
    "conventions": "约定", "left out": "省略的内容", "sample": "样本", "samples": "样本", "shape": "形状", "statements": "对应条目",
    "verified": "已验证",
    "verified.text": "所示各行均由其操作数重新计算（{recomputed} 个数；最大相对误差 {recomputed_worst}），"
    "各导数均与复步长法比较（{complex_step} 个数；最大相对误差 {complex_step_worst}）。",
    "verified.not": "未通过验证：误差大于 {tolerance}。",
    "cut.axis": "{what}：只显示 {n} 个中的 {kept} 个（最前与最后）；其余在各行中合为“其余项”。", "cut.samples": "样本",
    "cut.units": "第 {l} 层的单元", "cut.lines": "超过 {most} 项的行不展开：{keys}。", "cut.selected": "只显示选中的量，其余仅作操作数。",
    "training": "训练：{steps} 步中每步之后的 J", "step": "步", "training.cut": "省略每步的权重：{numbers} 个数超过 {most}。",
    "encoding": "各列的编码方式", "raw": "表中的行", "column": "列", "value": "值", "encoded": "编码后", "class": "类别",
    "inputs": "输入", "outputs": "输出", "error": "最大误差", "cut.cells": "其余 {n} 个单元的计算方式相同。",
    "cut.batch": "其余 {n} 个样本的计算方式相同。",
}  # fmt: skip
