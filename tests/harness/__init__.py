"""What tests stand on: real PostgreSQL and RabbitMQ, whole programs, and a clock that is moved by hand."""
