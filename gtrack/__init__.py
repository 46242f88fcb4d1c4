"""gtrack: which bases made the model say so?"""
