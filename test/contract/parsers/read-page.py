"""Reads a page of metrics from standard input with the client library of Prometheus and prints its samples as JSON lines.

usage: read-page.py text|openmetrics     (Debian's python3-prometheus-client)
"""
import json
import math
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text

PARSERS = {
    'text': text.text_string_to_metric_families,
    'openmetrics': openmetrics.text_string_to_metric_families,
}


def written(value):
    return 'NaN' if math.isnan(value) else repr(float(value))


for family in PARSERS[sys.argv[1]](sys.stdin.buffer.read().decode('utf-8')):
    for sample in family.samples:
        exemplar = sample.exemplar and [sample.exemplar.labels, sample.exemplar.value, float(sample.exemplar.timestamp)]
        print(json.dumps([family.type, sample.name, sorted(sample.labels.items()), written(sample.value), exemplar]))
