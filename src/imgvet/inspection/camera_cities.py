"""Cities by which cameras name the time zone that their clock is set to, in the order of the makers' numbers.

From ExifTool's documentation of Canon and Pentax tags.
"""

CANON_CITIES: tuple[str, ...] = (
    "", "Chatham Islands", "Wellington", "Solomon Islands", "Sydney", "Adelaide", "Tokyo", "Hong Kong", "Bangkok",
    "Yangon", "Dhaka", "Kathmandu", "Delhi", "Karachi", "Kabul", "Dubai", "Tehran", "Moscow", "Cairo", "Paris",
    "London", "Azores", "Fernando de Noronha", "Sao Paulo", "Newfoundland", "Santiago", "Caracas", "New York",
    "Chicago", "Denver", "Los Angeles", "Anchorage", "Honolulu", "Samoa",
)  # fmt: skip
"""Cities of Canon's clocks; number 0 is none."""

PENTAX_CITIES: tuple[str, ...] = (
    "Pago Pago", "Honolulu", "Anchorage", "Vancouver", "San Francisco", "Los Angeles", "Calgary", "Denver",
    "Mexico City", "Chicago", "Miami", "Toronto", "New York", "Santiago", "Caracas", "Halifax", "Buenos Aires",
    "Sao Paulo", "Rio de Janeiro", "Madrid", "London", "Paris", "Milan", "Rome", "Berlin", "Johannesburg",
    "Istanbul", "Cairo", "Jerusalem", "Moscow", "Jeddah", "Tehran", "Dubai", "Karachi", "Kabul", "Male", "Delhi",
    "Colombo", "Kathmandu", "Dhaka", "Yangon", "Bangkok", "Kuala Lumpur", "Vientiane", "Singapore", "Phnom Penh",
    "Ho Chi Minh City", "Jakarta", "Hong Kong", "Perth", "Beijing", "Shanghai", "Manila", "Taipei", "Seoul",
    "Adelaide", "Tokyo", "Guam", "Sydney", "Noumea", "Wellington", "Auckland", "Lima", "Dakar", "Algiers",
    "Helsinki", "Athens", "Nairobi", "Amsterdam", "Stockholm", "Lisbon", "Copenhagen", "Warsaw", "Prague",
    "Budapest",
)  # fmt: skip
"""Cities of Pentax's clocks."""
