"""Readers through the installed command: brought in, put out, looked up, forgotten."""

ADA = "ada@mail.example"
EXPORT = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    f"1,{ADA},Ada,{{}},enabled,2024-03-01T08:00:00Z,2024-04-01T08:00:00Z\n"
    "2,bo@mail.example,Bo,{},disabled,2024-03-01T08:00:00Z,2024-04-01T08:00:00Z\n"
    "3,cy,Cy,{},enabled,2024-03-01T08:00:00Z,2024-04-01T08:00:00Z\n"
)


def test_an_export_is_brought_in_put_out_and_brought_in_again_elsewhere(desk):
    (desk.folder / "export.csv").write_text(EXPORT)
    desk.readers()

    rehearsed = desk("subscribers", "import", "export.csv", "--list", "daily", "--dry-run", "--json")
    brought = desk("subscribers", "import", "export.csv", "--list", "daily")
    exported = desk("subscribers", "export", "daily", "--out", "daily-export.csv")
    again = desk("subscribers", "import", "daily-export.csv", "--list", "second", "--json")

    assert (rehearsed.code, rehearsed.json["new"], rehearsed.json["gone"]) == (1, 1, {"unsubscribed": 1})
    assert brought.code == 1
    assert "1 reader new on daily" in brought.out
    assert "row 4: 'cy' is no address" in brought.out
    assert "subscribers/daily-export.rejected.csv" in brought.out
    assert exported.code == 0
    assert (again.code, again.json["program"], again.json["new"]) == (0, "digest", 1)
    assert again.json["gone"] == {"unsubscribed": 1}


def test_a_person_is_shown_and_forgotten_only_when_that_is_agreed_to(desk):
    desk.readers(ADA)
    desk("subscribers", "sync")

    shown = desk("subscribers", "show", ADA)
    asked = desk("subscribers", "erase", ADA)
    erased = desk("subscribers", "erase", ADA, "--yes", "--json")
    gone = desk("subscribers", "show", ADA, "--json")

    assert "daily: active since" in shown.out
    assert (asked.code, "--yes agrees" in asked.err) == (1, True)
    assert (erased.code, erased.json) == (0, {"lists": ["daily"], "held": []})
    assert gone.json["subscriptions"] == []
    assert gone.json["suppressed"]["reason"] == "erased"


def test_of_whom_nothing_is_kept_the_command_says_so(desk):
    done = desk("subscribers", "show", "nobody@mail.example")

    assert (done.code, "nothing is kept of nobody@mail.example" in done.err) == (2, True)


def test_an_export_of_all_lists_says_which_to_ask_for(desk):
    desk.readers(ADA)
    desk("subscribers", "sync")
    (desk.folder / "all.csv").write_text(desk("subscribers", "export").out)

    done = desk("subscribers", "import", "all.csv", "--list", "daily")

    assert (done.code, "digest subscribers export LIST" in done.err) == (3, True)
