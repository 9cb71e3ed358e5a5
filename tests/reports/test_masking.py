import pytest

from segcheck.reports._masking import masked


@pytest.mark.parametrize(
    "text",
    [
        "担当 03-1234-5678",
        "tel:0312345678",
        "TEL0312345678",
        "０３－１２３４－５６７８",
        "090 1234 5678",
        "+81-3-1234-5678",
        "(03)1234-5678",
        "担当03-1234-5678まで",
    ],
)
def test_telephone_numbers_are_masked(text):
    assert "(phone)" in masked(text)
    assert "5678" not in masked(text)
    assert "５６７８" not in masked(text)


@pytest.mark.parametrize("text", ["taro@example.lg.jp", "連絡先:taro.yamada@city.example.jp。", "a+b@example.com"])
def test_mail_addresses_are_masked(text):
    assert "(mail)" in masked(text)
    assert "example" not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "0.0.0.0/0",
        "10.20.30.40-10.20.30.50",
        "2001:db8::1/64",
        "00:00:5e:00:53:01",
        "2026-11-10 08:30",
        "dport=1024-65535",
        "mark&0xff=0x1",
        "規則 12",
        "R7.3 対策基準",
    ],
)
def test_addresses_ports_and_dates_stay(text):
    assert masked(text) == text
