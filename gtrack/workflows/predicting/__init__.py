"""Steps of a prediction."""
