"""Steps of ``gtrack figure``: which place a name means, and what is to be drawn there."""
