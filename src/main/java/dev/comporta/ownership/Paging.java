package dev.comporta.ownership;

/**
 * How a provider's lists are cut into pages.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/files/list">OpenAI, list files</a>
 * @see <a href="https://docs.claude.com/en/api/files-list">Anthropic, list files</a>
 */
public enum Paging {
    OPENAI("after", "before"),
    ANTHROPIC("after_id", "before_id");

    private final String after;
    private final String before;

    Paging(String after, String before) {
        this.after = after;
        this.before = before;
    }

    String after() {
        return after;
    }

    String before() {
        return before;
    }
}
