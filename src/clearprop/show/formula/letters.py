"""What the signs and letters of LaTeX are in Unicode: one table, read in both directions."""

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "eta": "η", "theta": "θ", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "ϕ", "varphi": "φ",
    "omega": "ω", "Delta": "Δ", "Omega": "Ω", "ell": "ℓ", "partial": "∂", "nabla": "∇", "infty": "∞",
}  # fmt: skip
SIGNS = {
    "cdot": "⋅", "odot": "⊙", "otimes": "⊗", "times": "×", "leftarrow": "←", "rightarrow": "→", "to": "→",
    "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈", "in": "∈", "pm": "±", "dots": "…", "ldots": "…",
    "cdots": "⋯", "vdots": "⋮", "ddots": "⋱",
}  # fmt: skip
SAME = {"leq": "le", "geq": "ge", "neq": "ne", "gets": "leftarrow"}
WORDS = (
    "exp",
    "ln",
    "log",
    "max",
    "min",
    "tanh",
    "cos",
    "sin",
    "cosh",
    "sinh",
)  # commands that print their own name
PLAIN_SIGNS = {"-": "−", "'": "′", "*": "∗"}

COMMANDS = {
    sign: f"\\{name}" for name, sign in (*SIGNS.items(), *GREEK.items()) if name not in ("to", "dots")
}
BOLD = {ord(c): chr(0x1D7CE + k) for k, c in enumerate("0123456789")}
BOLD |= {ord("A") + k: chr(0x1D400 + k) for k in range(26)} | {
    ord("a") + k: chr(0x1D41A + k) for k in range(26)
}
UNBOLD = {bold: chr(plain) for plain, bold in BOLD.items()}
