package dev.comporta.analytics;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What costs are told apart by. */
enum Dimension {
    CLIENT("client", "clientId", "client_id"),
    TEAM("team", "teamId", "team_id"),
    PROJECT("project", "projectId", "project_id"),
    APP("app", "appId", "app_id"),
    USER("user", "userId", "user_id"),
    MODEL("model", "model", "model"),
    PROVIDER("provider", "provider", "provider"),
    TASK_TYPE("taskType", "taskType", "task_type"),
    DAY("day", "day", "day"),
    MONTH("month", "month", "month");

    /** As {@code groupBy} names it. */
    private final String word;

    /** Its field in the answer; where one can filter by it, the parameter too. */
    private final String field;

    private final String column;

    Dimension(String word, String field, String column) {
        this.word = word;
        this.field = field;
        this.column = column;
    }

    String field() {
        return field;
    }

    String column() {
        return column;
    }

    boolean isTime() {
        return this == DAY || this == MONTH;
    }

    /** @param text words separated by commas; {@code model} if absent */
    static List<Dimension> parse(@Nullable String text) {
        List<Dimension> dimensions = new ArrayList<>();
        for (String word : (text == null ? MODEL.word : text).split(",", -1)) {
            Optional<Dimension> known = Stream.of(values())
                    .filter(dimension -> dimension.word.equals(word))
                    .findFirst();
            if (known.isEmpty() || dimensions.contains(known.get())) {
                throw Parameters.invalid(
                        "groupBy",
                        "must be one or several of client, team, project, app, user, model, provider, taskType, day, month");
            }
            dimensions.add(known.get());
        }
        return dimensions;
    }
}
