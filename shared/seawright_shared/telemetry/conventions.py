"""Names of spans' attributes. OpenTelemetry's for generative AI are still in development: one place.

Contents of messages, calls and verdicts are never attributes.
"""

SERVICE = "seawright.service"
EPISODE = "gen_ai.conversation.id"
OPERATION = "gen_ai.operation.name"
MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
TOOL = "gen_ai.tool.name"
TASK = "seawright.task_id"
STOP = "seawright.stop_reason"
REWARD = "seawright.reward"
FAULT = "error.type"
REQUEST_ID = "seawright.request_id"
METHOD = "http.request.method"
ROUTE = "http.route"
STATUS = "http.response.status_code"
