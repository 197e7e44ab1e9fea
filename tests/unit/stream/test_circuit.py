from rasid.stream.circuit import Circuit


def test_three_failures_in_a_row_open_it_and_only_the_third_says_so():
    circuit = Circuit()
    assert [circuit.failed(7) for _ in range(4)] == [False, False, True, False]
    assert circuit.is_open


def test_an_acknowledgement_between_failures_begins_the_row_anew():
    circuit = Circuit()
    for acknowledged in (1, 1, 2, 2, 3, 3):
        assert not circuit.failed(acknowledged)
    assert not circuit.is_open


def test_a_probe_closes_it_and_then_it_takes_three_failures_again():
    circuit = Circuit()
    for _ in range(3):
        circuit.failed(0)
    circuit.probed()
    assert not circuit.is_open
    assert [circuit.failed(0) for _ in range(3)] == [False, False, True]


def test_with_nothing_to_probe_with_one_send_tries():
    circuit = Circuit()
    for _ in range(3):
        circuit.failed(0)
    circuit.half_open()
    assert not circuit.is_open
    assert circuit.failed(0)
