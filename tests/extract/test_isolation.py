import os
import signal
import subprocess
import sys
import threading
from multiprocessing import forkserver
from pathlib import Path

import pytest

from extract.isolation import read_all
from tests.extract.pdf_bytes import ROOT, build_pdf, looping_pdf, source_file, text_at, unpacking_pdf


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


def test_a_hanging_pdf_costs_only_itself():
    sources, open_bytes = batch(good("ปีงบ"), looping_pdf(), good("รหัส"), "ข้อความ".encode())
    results = list(read_all(sources, open_bytes, workers=1, timeout_seconds=2))
    assert [outcome(result) for result in results] == ["ปีงบ", "reader_timeout", "รหัส", "ข้อความ"]
    assert "not read after 2 seconds" in results[1].rejection.message


def test_a_killed_worker_costs_only_the_file_it_was_reading():
    def kill_workers():
        for worker in workers_of_this_run():
            os.kill(worker, signal.SIGKILL)

    timers = []

    def kill_soon(result):
        if not timers:
            timers.append(threading.Timer(1.0, kill_workers))
            timers[0].start()

    sources, open_bytes = batch(good("ปีงบ"), looping_pdf(), good("รหัส"))
    results = list(read_all(sources, open_bytes, workers=1, timeout_seconds=30, on_result=kill_soon))
    assert [outcome(result) for result in results] == ["ปีงบ", "reader_crashed", "รหัส"]


def test_a_pdf_that_eats_memory_is_rejected():
    sources, open_bytes = batch(unpacking_pdf(500 * 1024**2), good("รหัส"))
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
    sources, open_bytes = batch(good("ปีงบ"), *[looping_pdf()] * 3)
    results = read_all(sources, open_bytes, workers=1, timeout_seconds=60)
    assert outcome(next(results)) == "ปีงบ"
    results.close()
    assert list(workers_of_this_run()) == []


def test_a_worker_loads_nothing_but_the_reader():
    code = "import sys, extract.read; print(*{'pandas', 'prefect', 'duckdb', 'pythainlp', 'fsspec'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
