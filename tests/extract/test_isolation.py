import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path

import pytest
from pdfminer.psparser import KWD, LIT, PSKeywordTable, PSLiteralTable

from extract.isolation import MAX_BATCH_BYTES, MAX_BATCH_FILES, _Reading, limit_worker, read_all
from extract.options import Options
from extract.pdf import witness
from extract.pdf.objects import names_forgotten
from extract.workers import NoWorkers
from tests.extract.hostile import read_as_told
from tests.extract.pdf_bytes import ROOT, build_pdf, source_file, text_at
from tests.ordinary_user import as_ordinary_user


@pytest.fixture(autouse=True)
def _readers_do_as_told(monkeypatch):
    monkeypatch.setattr("extract.isolation.read_bytes", read_as_told)


def told(order, text="คำสั่ง"):
    """A PDF that makes its reader do something (`read_as_told`)."""
    return good(text) + f"%!{order}".encode()


def batch(*contents):
    """Sources named by their place, and the function that opens them."""
    files = {f"inbox/{index:02}.pdf": data for index, data in enumerate(contents)}
    return [source_file(uri, data) for uri, data in files.items()], lambda source: files[source.uri]


def outcome(result):
    return result.rejection.code if result.rejection else next(result.document.lines()).text


def good(text):
    return build_pdf(text_at(50, 700, text))


def workers_of_this_run():
    """The processes that the fork server of this very test run has started."""
    server = forkserver._forkserver._forkserver_pid
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == server:
            yield int(status.parent.name)


def test_results_come_in_the_order_of_the_inputs_dumps_among_pdfs():
    names = ["ก", "ข", "ค", "ง", "จ", "ฉ"]
    sources, open_bytes = batch(*(good(n * 9) if i % 2 else (n * 9).encode() for i, n in enumerate(names)))
    seen = []
    results = list(read_all(sources, open_bytes, workers=2, on_result=lambda result: seen.append(result.source.uri)))
    assert [outcome(result) for result in results] == [name * 9 for name in names]
    assert [result.source for result in results] == sources
    assert seen == [source.uri for source in sources]


@pytest.mark.fault(20)
def test_a_hanging_pdf_costs_only_itself():
    sources, open_bytes = batch(good("ปีงบ"), told("sleep 60"), good("รหัส"), "ข้อความ".encode())
    results = list(read_all(sources, open_bytes, workers=1, timeout_seconds=2))
    assert [outcome(result) for result in results] == ["ปีงบ", "reader_timeout", "รหัส", "ข้อความ"]
    assert "not read after 2 seconds" in results[1].rejection.message


@pytest.mark.fault(9)
def test_a_killed_worker_costs_only_the_file_it_was_reading():
    def kill_workers():
        for worker in workers_of_this_run():
            os.kill(worker, signal.SIGKILL)

    timers = []

    def kill_soon(result):
        if not timers:
            timers.append(threading.Timer(1.0, kill_workers))
            timers[0].start()

    sources, open_bytes = batch(good("ปีงบ"), told("sleep 60"), good("รหัส"))
    results = list(read_all(sources, open_bytes, workers=1, timeout_seconds=30, on_result=kill_soon))
    assert [outcome(result) for result in results] == ["ปีงบ", "reader_crashed", "รหัส"]


@pytest.mark.fault(9)
def test_a_pdf_that_eats_memory_is_rejected():
    sources, open_bytes = batch(told("need 500"), good("รหัส"))
    results = list(read_all(sources, open_bytes, workers=1, memory_limit_bytes=400 * 1024**2))
    assert [outcome(result) for result in results] == ["reader_out_of_memory", "รหัส"]


def test_a_pdf_too_large_for_a_worker_is_refused_before_it_is_sent():
    sources, open_bytes = batch(good("ปีงบ") + b"%\n" * (60 * 1024**2), good("รหัส"))
    results = list(read_all(sources, open_bytes, workers=1, memory_limit_bytes=400 * 1024**2))
    assert [outcome(result) for result in results] == ["reader_out_of_memory", "รหัส"]


def test_files_that_only_waited_in_a_broken_pool_are_still_read(monkeypatch):
    monkeypatch.setattr("extract.isolation._MEMORY_PER_BYTE", 0)
    texts = ["ปีงบ", "รหัส", "ลงชื่อ", "แผน", "เป้าหมาย", "งาน"]
    too_much = good("มาก") + b"%\n" * (60 * 1024**2)
    sources, open_bytes = batch(too_much, *map(good, texts))
    results = list(read_all(sources, open_bytes, workers=1, memory_limit_bytes=220 * 1024**2))
    assert [outcome(result) for result in results] == ["reader_crashed", *texts]


def in_batches(monkeypatch, *contents, workers=1, **limits):
    """What becomes of each file, and how many files each task of the pool held."""
    sizes = []
    schedule = _Reading._schedule

    def counted(self, pool, files):
        sizes.append(len(files))
        return schedule(self, pool, files)

    monkeypatch.setattr(_Reading, "_schedule", counted)
    sources, open_bytes = batch(*contents)
    return [outcome(result) for result in read_all(sources, open_bytes, workers=workers, **limits)], sizes


def numbered(count):
    return [f"ที่ {number}" for number in range(count)]


def test_many_small_pdfs_travel_together(monkeypatch):
    texts = numbered(3 * MAX_BATCH_FILES + 1)
    assert in_batches(monkeypatch, *map(good, texts)) == (texts, [MAX_BATCH_FILES] * 3 + [1])


def test_few_pdfs_are_shared_out_one_by_one(monkeypatch):
    texts = numbered(5)
    assert in_batches(monkeypatch, *map(good, texts), workers=2) == (texts, [1] * 5)


def test_large_pdfs_travel_alone(monkeypatch):
    texts = numbered(3 * MAX_BATCH_FILES)
    contents = [good(text) + b"%\n" * (MAX_BATCH_BYTES // 2) for text in texts]
    assert in_batches(monkeypatch, *contents) == (texts, [1] * len(texts))


@pytest.mark.parametrize(
    ("order", "code"),
    [("sleep 60", "reader_timeout"), ("die", "reader_crashed"), ("need 900", "reader_out_of_memory")],
)
def test_a_bad_pdf_costs_its_batch_nothing(monkeypatch, order, code):
    texts = numbered(2 * MAX_BATCH_FILES + 8)
    contents = [good(text) for text in texts]
    contents[3], texts[3] = told(order), code
    limits = {"timeout_seconds": 1.5, "memory_limit_bytes": 500 * 1024**2}
    read, _ = in_batches(monkeypatch, *contents, **limits)
    assert read == texts


def test_a_pdf_that_is_slow_but_within_its_time_does_not_pay_for_slow_neighbours(monkeypatch):
    texts = numbered(3 * MAX_BATCH_FILES)
    slow = [told("sleep 0.3", text) if at < 6 else good(text) for at, text in enumerate(texts)]
    read, sizes = in_batches(monkeypatch, *slow, timeout_seconds=1.2)
    assert read == texts
    assert sizes.count(1) == MAX_BATCH_FILES, "the slow batch is read again, file by file"


def test_memory_that_one_pdf_keeps_is_not_missed_by_the_next(monkeypatch):
    texts = numbered(3 * MAX_BATCH_FILES)
    contents = [told("leak 220", texts[0]), told("need 220", texts[1]), *map(good, texts[2:])]
    read, sizes = in_batches(monkeypatch, *contents, memory_limit_bytes=450 * 1024**2)
    assert read == texts
    assert sizes.count(1) == 1, "the second one found no memory, and was read again in a worker of its own"


def test_the_options_reach_the_reader():
    sources, open_bytes = batch(told("options"))
    asked = Options(ocr=False, seconds=7)
    for workers in (0, 1):
        (result,) = read_all(sources, open_bytes, workers=workers, options=asked)
        assert str(asked) in result.rejection.message


def test_names_in_a_file_are_forgotten_with_it():
    LIT("KaonaKnownBefore")
    sizes = len(PSLiteralTable.dict), len(PSKeywordTable.dict)
    with names_forgotten():
        for number in range(5_000):
            LIT(f"KaonaLiteral{number}")
            KWD(f"kaona-keyword-{number}".encode())
    left = len(PSLiteralTable.dict) - sizes[0], len(PSKeywordTable.dict) - sizes[1]
    assert max(left) <= 1_000
    assert "KaonaKnownBefore" in PSLiteralTable.dict


def test_a_file_missing_from_the_archive_is_rejected():
    sources, open_bytes = batch(good("ปีงบ"), good("รหัส"))

    def gone(source):
        if source is sources[0]:
            raise FileNotFoundError(2, "No such file", "/srv/secret/path")
        return open_bytes(source)

    for workers in (0, 1):
        first, second = read_all(sources, gone, workers=workers)
        assert first.rejection.code == "not_in_archive"
        assert "/srv" not in first.rejection.message
        assert outcome(second) == "รหัส"


def test_without_workers_everything_is_read_in_this_process(monkeypatch):
    monkeypatch.setattr("extract.isolation.ProcessPool", lambda **_: pytest.fail("a pool was started"))
    sources, open_bytes = batch(good("ปีงบ"), "รหัส".encode())
    assert [outcome(result) for result in read_all(sources, open_bytes, workers=0)] == ["ปีงบ", "รหัส"]


def test_dumps_alone_start_no_pool(monkeypatch):
    monkeypatch.setattr("extract.isolation.ProcessPool", lambda **_: pytest.fail("a pool was started"))
    sources, open_bytes = batch("ปีงบ".encode(), b"")
    assert [outcome(result) for result in read_all(sources, open_bytes, workers=2)] == ["ปีงบ", "empty_file"]


def test_giving_up_early_stops_the_workers():
    sources, open_bytes = batch(good("ปีงบ"), *[told("sleep 60")] * 3)
    results = read_all(sources, open_bytes, workers=1, timeout_seconds=60)
    assert outcome(next(results)) == "ปีงบ"
    results.close()
    assert list(workers_of_this_run()) == []


def test_a_worker_loads_nothing_but_the_reader():
    code = "import sys, extract.read; print(*{'pandas', 'prefect', 'duckdb', 'pythainlp', 'fsspec'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_file_on_which_the_second_reader_dies_is_read_without_it(monkeypatch):
    # the stand-in ends the worker, as PDFium does when it runs out of memory
    monkeypatch.setattr("extract.isolation.limit_worker", limit_worker_and_break_witness)
    sources, open_bytes = batch(good("ปีงบ"), good("รหัส"), good("แผน"))
    options = Options(second_reader=True, ocr=False)
    results = list(read_all(sources, open_bytes, workers=1, options=options))
    assert [outcome(result) for result in results] == ["ปีงบ", "รหัส", "แผน"]
    told = ["the second reader ended its process: read without it" in result.document.notes for result in results]
    assert told == [False, True, False]


def limit_worker_and_break_witness(memory_limit_bytes, night):
    limit_worker(memory_limit_bytes, night)
    witness.doubts = _die_on_a_code


def _die_on_a_code(data, pages):
    if any("รหัส" in line.text for page in pages for line in page.lines):
        os._exit(134)
    return []


def shouted(result):
    """Stands for what comes after reading: the first line, or the code."""
    text = outcome(result)
    if "ล้ม" in text:
        raise ValueError(text)
    if "ตาย" in text:
        os._exit(7)
    while "ค้าง" in text:
        signal.pause()
    if "มาก" in text:
        bytearray(10**12)
    return f"{text}!", os.getpid()


@pytest.mark.parametrize("as_file", [good, str.encode], ids=["pdf", "dump"])
def test_what_comes_after_reading_is_done_by_the_workers_and_costs_only_the_file_on_which_it_fails(
    monkeypatch, as_file
):
    monkeypatch.setattr("extract.isolation.FEW_BYTES", 0)
    texts = ["ปีงบ", "ล้ม", "รหัส", "ตาย", "แผน", "ค้าง", "มาก", "งาน"]
    sources, open_bytes = batch(*map(as_file, texts), b"", *map(as_file, numbered(20)))
    limits = {"workers": 2, "timeout_seconds": 2}
    said, pids = zip(*read_all(sources, open_bytes, finish=shouted, **limits), strict=True)
    codes = ["reader_crashed", "reader_timeout", "reader_out_of_memory", "empty_file"]
    crash, late, large, empty = (f"{code}!" for code in codes)
    expected = ["ปีงบ!", crash, "รหัส!", crash, "แผน!", late, large, "งาน!", empty]
    assert list(said) == [*expected, *(f"{text}!" for text in numbered(20))]
    read_by = {pid for text, pid in zip(said, pids, strict=True) if not text.startswith(("reader_", "empty"))}
    assert os.getpid() not in read_by


def test_few_dumps_are_finished_here_beside_pdfs_in_workers(monkeypatch):
    monkeypatch.setattr("extract.isolation.MAX_BYTES_HERE", 100)
    sources, open_bytes = batch(good("ปีงบ"), "รหัส".encode(), ("แผน\n" * 50).encode())
    said = list(read_all(sources, open_bytes, workers=1, finish=shouted))
    assert [text for text, _ in said] == ["ปีงบ!", "รหัส!", "แผน!"]
    assert [pid == os.getpid() for _, pid in said] == [False, True, False]


def test_without_workers_a_file_that_cannot_be_finished_costs_only_itself():
    sources, open_bytes = batch("ล้ม".encode(), "รหัส".encode())
    assert [text for text, _ in read_all(sources, open_bytes, workers=0, finish=shouted)] == ["reader_crashed!", "รหัส!"]


@pytest.mark.fault(60)
def test_where_a_process_may_have_less_memory_than_the_setting_allows_files_are_read_with_that():
    code = (
        "from tests.extract.test_isolation import *\n"
        "resource.setrlimit(resource.RLIMIT_AS, (900 * 1024**2,) * 2)\n"
        "print([outcome(r) for r in read_all(*batch(good('ปีงบ')), workers=1, memory_limit_bytes=1024**3)])\n"
    )
    done = subprocess.run([*as_ordinary_user(), sys.executable, "-B", "-"], input=code, cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.stdout.strip() == "['ปีงบ']", done.stderr


def test_a_parent_without_a_file_of_its_own_has_workers_too():
    code = (
        "from tests.extract.test_isolation import *\n"
        "sources, open_bytes = batch(good('ปีงบ'))\n"
        "print([outcome(r) for r in read_all(sources, open_bytes, workers=1)])\n"
    )
    done = subprocess.run([sys.executable, "-"], input=code, cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.stdout.strip() == "['ปีงบ']", done.stderr


@contextmanager
def open_files_left(number):
    """This process may open so many files more."""
    taken = []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(number):
            os.close(taken.pop())
        yield
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.fault(60)
def test_no_file_is_rejected_because_there_is_no_process_to_be_had():
    sources, open_bytes = batch(good("ปีงบ"))
    said = []
    for left in range(0, 15, 2):  # none at all, and too few for a worker: the fork server dies of it
        with open_files_left(left):
            try:
                said += map(outcome, read_all(sources, open_bytes, workers=1))
            except NoWorkers as error:
                said.append(str(error))
    failed = [text for text in said if text != "ปีงบ"]
    assert failed
    assert all(text.startswith("no process could be started to read PDFs in (") for text in failed), said
    forkserver._forkserver._stop()  # it takes a moment to die of an error
    assert [outcome(result) for result in read_all(sources, open_bytes, workers=1)] == ["ปีงบ"]
