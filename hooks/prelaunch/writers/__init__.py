"""Writers: findings in, one output format out."""
