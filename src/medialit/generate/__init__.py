"""A small text-to-video model: from free words to a shot, from a shot and a seed to a clip.

`text.read` says what a prompt asks for, and which words it did not use; `sampler.sample` makes the clip. Both run in
onnxruntime. `train` makes the weights and is the only part that needs PyTorch.
"""
