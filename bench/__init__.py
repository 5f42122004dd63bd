"""What the product costs, each figure beside a floor that is measured in the same run.

`settle`, `relay`, `rest` and `hang_up` are the measurements, `floors` what each is held against. The programs are
the real ones, started by `installation` around a real PostgreSQL and RabbitMQ; `people` and `backlog` put into the
database what the measurements begin with.
"""
