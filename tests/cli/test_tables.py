from evtui.cli.tables import table_text


def test_columns_line_up_and_text_is_no_markup() -> None:
    text = table_text(
        ("file", "events"),
        [("[bold]a\x1b[31m.h5", "1,000"), ("b" * 150, "7")],
        total=("2 files", "1,007"),
    )
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and "─" not in line]
    assert len({len(line) for line in lines}) == 1
    assert [line.split()[0] for line in lines] == ["file", "[bold]a�[31m.h5", "b" * 150, "2"]
    assert [line.split()[-1] for line in lines] == ["events", "1,000", "7", "1,007"]
