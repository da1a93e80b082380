"""``clearprop export``: a model file as ONNX, for PyTorch, or as JSON."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Force


class Format(StrEnum):
    """What a model can be written as."""

    onnx = "onnx"
    torch = "torch"
    json = "json"


def export(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file.")],
    to: Annotated[Format, typer.Option("--to", help="ONNX (opset 17), PyTorch's .safetensors, or JSON.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")],
    dtype: Annotated[
        str | None, typer.Option(metavar="DTYPE", help="Of ONNX: float32 or float64; by default the model's.")
    ] = None,
    force: Force = False,
) -> None:
    """Write a model for other programs. With --to torch, print the Python lines that use the file."""
    from clearprop.cli import outputs
    from clearprop.errors import SpecError
    from clearprop.train.files import read_any_model

    if dtype is not None and to is not Format.onnx:
        msg = f"`dtype` is for --to onnx; --to {to.value} keeps the model's. Leave it out."
        raise SpecError(msg)
    outputs.check(output, force=force)
    if output.exists() and model.exists() and output.samefile(model):
        msg = f"{output} is the model itself. Choose another name for the export."
        raise outputs.OutputError(msg)
    found = read_any_model(model)
    if to is Format.onnx:
        from clearprop.train.export.onnx import onnx_model

        outputs.write(output, onnx_model(found, dtype).SerializeToString())
    elif to is Format.json:
        from clearprop.train.export.json import json_text

        outputs.write(output, json_text(found))
    else:
        from clearprop.train.export.torch import torch_export

        exported = torch_export(found)
        outputs.write(output, exported.to_bytes())
        print(exported)
    outputs.say(f"{to.value}: {output}")
