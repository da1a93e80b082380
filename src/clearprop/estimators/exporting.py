"""The methods of all estimators that write the trained network in other formats."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearprop.train.export.torch import TorchExport


class Exporting:
    """`to_onnx`, `to_torch` and `to_json`."""

    def to_onnx(self, path: str | Path | None = None, *, dtype: str | None = None) -> Any:
        """The fitted model as ONNX, opset 17; names are those that skl2onnx gives.

        Outputs of a classifier: ``label`` (m,), in the classes' own type, and ``probabilities`` (m, classes);
        of several labels: ``label`` (m, labels) int64, and ``probabilities``; of a regressor: ``variable``
        (m, outputs). A column that has such a name adds a number to it: ``label1``.

        The input of an array is ``X``, (m, n[0]), of `dtype`. A table has one input (m, 1) a raw column that
        is used, by its name: float64 for numbers, NaN where missing; texts, stripped, ``""`` where missing;
        categories that are whole numbers or truth values as int64 or bool, or, where training had missing ones,
        as float64 with NaN. Unknown categories and missing values are treated as in `predict`. A table's number
        is float64.

        Parameters
        ----------
        path : str or Path, optional
            Where to write it; a file that is there is replaced.
        dtype : {"float32", "float64"}, optional
            Of the network; by default as it was trained. onnxruntime has Erf in float32 only, so gelu needs that.

        Returns
        -------
        onnx.ModelProto

        Raises
        ------
        SpecError
            If the package onnx is not installed (``pip install clearprop[onnx]``); if ONNX cannot keep the type of
            the classes; gelu in float64.

        Examples
        --------
        >>> from clearprop import TabularClassifier
        >>> X = {"age": [20.0, 30.0, 40.0, 50.0] * 10, "town": ["A", "B", "C", None] * 10}
        >>> model = TabularClassifier("fast", max_iter=2).fit(X, ["no", "yes", "yes", "no"] * 10).to_onnx()
        >>> [x.name for x in model.graph.input], [x.name for x in model.graph.output]
        (['age', 'town'], ['label', 'probabilities'])
        """
        from clearprop.estimators.learned import model_of
        from clearprop.train.export.onnx import onnx_model
        from clearprop.train.files import replace_file

        model = onnx_model(model_of(self), dtype)
        if path is not None:
            replace_file(path, model.SerializeToString())
        return model

    def to_torch(self, path: str | Path | None = None) -> "TorchExport":
        """The fitted network as PyTorch takes it; PyTorch need not be installed.

        The file is .safetensors: the state_dict of the module, with the lines of Python, the classes and the
        encoding (as in `to_json`) in its metadata. The module takes encoded columns, and gives z[L].

        Parameters
        ----------
        path : str or Path, optional
            Where to write it; a file that is there is replaced.

        Returns
        -------
        TorchExport
            .module and .output, expressions of Python; .tensors; .metadata.

        Raises
        ------
        SpecError
            If an activation is an expression.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from clearprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> model = MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X.astype("float32"), y)
        >>> print(model.to_torch())
        module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
        p = torch.softmax(module(X), dim=1)
        """
        from clearprop.estimators.learned import model_of
        from clearprop.train.export.torch import torch_export
        from clearprop.train.files import replace_file

        found = torch_export(model_of(self))
        if path is not None:
            replace_file(path, found.to_bytes())
        return found

    def to_json(self, path: str | Path | None = None) -> str:
        """The fitted model as JSON: the network, every weight, the classes and the encoding.

        The fields are those of `clearprop.train.export.json.document`; numbers read back exactly.

        Parameters
        ----------
        path : str or Path, optional
            Where to write it; a file that is there is replaced.

        Returns
        -------
        str

        Raises
        ------
        SpecError
            If an activation is an expression.

        Examples
        --------
        >>> import json
        >>> from clearprop import MLPRegressor
        >>> X = [[0.0], [1.0], [2.0]]
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0).fit(X, [0.0, 1.0, 2.0])
        >>> found = json.loads(model.to_json())
        >>> found["sizes"], found["activation"], found["output"]
        ([1, 3, 1], ['relu'], 'identity')
        """
        from clearprop.estimators.learned import model_of
        from clearprop.train.export.json import json_text
        from clearprop.train.files import replace_file

        text = json_text(model_of(self))
        if path is not None:
            replace_file(path, text.encode())
        return text
