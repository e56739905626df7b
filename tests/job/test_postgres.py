"""The same job with its state in PostgreSQL."""

import pytest


@pytest.mark.postgres
def test_one_line_of_settings_moves_the_job_to_postgresql(fresh, cluster):
    there = {"DIGEST_DATABASE": cluster.url(cluster.create())}

    collected = fresh("collect", "--json", env=there)
    issue = fresh("build", "daily", "--json", env=there).json["issue"]
    verified = fresh("rebuild", issue, "--verify", env=there)
    fresh("approve", issue, env=there)
    sent = fresh("send", issue, "--yes", "--json", env=there)
    again = fresh("send", issue, "--yes", "--json", env=there)

    assert collected.json["articles"] >= 12
    assert verified.code == 0
    assert (sent.code, sent.json["state"], sent.json["counts"]["accepted"]) == (0, "sent", 7)
    assert again.json == sent.json
    assert all(len(mails) == 1 for mails in fresh.caught.values())
    assert not (fresh.folder / "var/digest.db").exists()
