"""What an ONNX file is made to be before it ships: silent about the machine that wrote it, and half as large."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_SMALL = 64  # arrays with fewer numbers stay in single precision


def shippable(model: onnx.ModelProto) -> bytes:
    """Return the file of a model: large arrays in half precision, no paths or stack traces of the exporter.

    A Cast, folded when the file is loaded, gives single precision back.
    """
    graph = model.graph
    casts, kept = [], []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or array.size < _SMALL:
            kept.append(tensor)
            continue
        name = f"{tensor.name}.half"
        kept.append(numpy_helper.from_array(array.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    for field in (graph.initializer, graph.node):
        del field[:]
    graph.initializer.extend(kept)
    graph.node.extend([*casts, *nodes])
    return silent(model)


def silent(model: onnx.ModelProto) -> bytes:
    """Return the file of a model without paths or stack traces of the exporter, its numbers untouched."""
    graph = model.graph
    for field in (graph.value_info, graph.metadata_props, model.metadata_props):
        del field[:]
    for part in (*graph.node, *graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
    for function in model.functions:
        function.doc_string = ""
        del function.metadata_props[:]
        for node in function.node:
            node.doc_string = ""
            del node.metadata_props[:]
    return bytes(model.SerializeToString())
