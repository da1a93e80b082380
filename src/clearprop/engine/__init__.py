"""The derivation, fast: element-wise passes compiled from the page's own lines, products by BLAS.

`engine.Engine` is the door. Below it: `kernels` (one epoch, one forward pass), `passes` (the element-wise
loops, compiled for the activation, head and solver in use), `blas`, `layout` (where everything lies) and
`store` (compiled code kept on disk).
"""
