package dev.comporta.model;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The registry against what a source offers: what differs, what of it may be written, and what the rows are then. What
 * a source does not name stays as it is. A zero is never taken over, because sources write it for what they do not
 * know, and a price that is another by more than ten times wants a human's word.
 */
final class PriceDiff {

    private static final BigDecimal FACTOR = BigDecimal.TEN;
    private static final BigDecimal SECONDS_PER_HOUR = BigDecimal.valueOf(3_600);
    /** Sources write a price by the hour as a rounded price by the second. */
    private static final BigDecimal ROUNDING = new BigDecimal("0.01");

    private static final int MOST_ADDED = 1_000;

    private final Map<String, OfferedModel> offers;
    private final @Nullable Set<String> approved;
    private final boolean addsModels;

    private final List<PriceChange> changed = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final List<String> skippedEdited = new ArrayList<>();
    private final Map<Model, Prices> newPrices = new LinkedHashMap<>();
    private final List<AddedModel> added = new ArrayList<>();
    private final List<OfferedModel> newModels = new ArrayList<>();
    private int addedOmitted;

    /**
     * @param rows the registry
     * @param offers by identifier
     * @param approved the only models to be touched, and a human's word for them; null for all
     * @param addsModels whether new models need no approval
     */
    PriceDiff(List<Model> rows, Map<String, OfferedModel> offers, @Nullable Set<String> approved, boolean addsModels) {
        this.offers = offers;
        this.approved = approved;
        this.addsModels = addsModels;
        List<Model> models = rows.stream()
                .filter(row -> !row.isAlias())
                .sorted((a, b) -> a.identifier().compareTo(b.identifier()))
                .toList();
        models.stream().filter(row -> isWanted(row.identifier())).forEach(this::compare);
        findNew(rows, models);
    }

    List<PriceChange> changed() {
        return changed;
    }

    List<AddedModel> added() {
        return added;
    }

    int addedOmitted() {
        return addedOmitted;
    }

    List<String> unknown() {
        return unknown;
    }

    List<String> skippedEdited() {
        return skippedEdited;
    }

    /** Of the rows that are to be written. */
    Map<Model, Prices> newPrices() {
        return newPrices;
    }

    /** To be written; without zeros. */
    List<OfferedModel> newModels() {
        return newModels;
    }

    private boolean isWanted(String identifier) {
        return approved == null || approved.contains(identifier);
    }

    private void compare(Model row) {
        OfferedModel offer = names(row)
                .map(offers::get)
                .filter(found -> found != null)
                .findFirst()
                .orElse(null);
        if (offer == null) {
            unknown.add(row.identifier());
            return;
        }
        Map<String, BigDecimal> fields = PriceFields.of(row.prices());
        List<PriceChange> changes = completeTiers(changes(row, fields, offer), fields);
        if (row.edited()) {
            if (!changes.isEmpty()) {
                skippedEdited.add(row.identifier());
            }
            return;
        }
        changed.addAll(changes);
        changes.stream().filter(PriceChange::applied).forEach(change -> fields.put(change.field(), change.to()));
        if (changes.stream().anyMatch(PriceChange::applied)) {
            newPrices.put(row, PriceFields.prices(fields));
        }
    }

    /** What an offer for this row may be called, the best first. */
    private static Stream<String> names(Model row) {
        String prefix = row.provider() + "/";
        String withoutProvider = row.name().startsWith(prefix) ? row.name().substring(prefix.length()) : row.name();
        return Stream.concat(Stream.of(row.name(), withoutProvider), row.aliases().stream())
                .map(name -> prefix + name);
    }

    private List<PriceChange> changes(Model row, Map<String, BigDecimal> fields, OfferedModel offer) {
        List<PriceChange> changes = new ArrayList<>();
        offer.flaws()
                .forEach((field, why) ->
                        changes.add(new PriceChange(row.identifier(), field, fields.get(field), null, false, why)));
        offer.prices().forEach((name, price) -> {
            boolean isByTheHour = name.equals(PriceFields.AUDIO_SECOND) && fields.containsKey(PriceFields.AUDIO_HOUR);
            String field = isByTheHour ? PriceFields.AUDIO_HOUR : name;
            BigDecimal to = isByTheHour ? Decimals.plain(price.multiply(SECONDS_PER_HOUR)) : price;
            BigDecimal from = fields.get(field);
            if (!isSame(field, from, to, offer)) {
                String reason = flaw(field, from, to, fields, row.identifier());
                changes.add(new PriceChange(row.identifier(), field, from, to, reason == null, reason));
            }
        });
        return changes;
    }

    private static boolean isSame(String field, @Nullable BigDecimal from, BigDecimal to, OfferedModel offer) {
        if (from == null) {
            // Reasoning without a price of its own costs what other output does.
            return field.equals(PriceFields.REASONING)
                    && to.equals(offer.prices().get(PriceFields.OUTPUT));
        }
        return field.equals(PriceFields.AUDIO_HOUR)
                ? from.subtract(to).abs().compareTo(from.multiply(ROUNDING)) <= 0
                : from.compareTo(to) == 0;
    }

    private @Nullable String flaw(
            String field, @Nullable BigDecimal from, BigDecimal to, Map<String, BigDecimal> fields, String model) {
        if (to.signum() == 0) {
            return "zero";
        }
        String outsideTiers = PriceFields.outsideTiers(field);
        BigDecimal before = from == null && outsideTiers != null ? fields.get(outsideTiers) : from;
        boolean isFar = before != null
                && (to.compareTo(before.multiply(FACTOR)) > 0
                        || to.multiply(FACTOR).compareTo(before) < 0);
        return isFar && (approved == null || !approved.contains(model)) ? "needs_approval" : null;
    }

    /** A tier that the row does not have yet needs both of its main prices. */
    private static List<PriceChange> completeTiers(List<PriceChange> changes, Map<String, BigDecimal> fields) {
        Set<String> present = fields.keySet().stream()
                .map(field -> String.valueOf(PriceFields.tier(field)))
                .collect(Collectors.toSet());
        Set<String> applied = changes.stream()
                .filter(PriceChange::applied)
                .map(PriceChange::field)
                .collect(Collectors.toSet());
        return changes.stream()
                .map(change -> {
                    String tier = PriceFields.tier(change.field());
                    boolean isWhole = tier == null
                            || present.contains(tier)
                            || applied.containsAll(Set.of(tier + "input", tier + "output"));
                    return change.applied() && !isWhole ? change.refused("incomplete_tier") : change;
                })
                .toList();
    }

    private void findNew(List<Model> rows, List<Model> models) {
        Set<String> providers = models.stream().map(Model::provider).collect(Collectors.toSet());
        Set<String> taken = new HashSet<>();
        rows.forEach(row -> taken.add(row.identifier()));
        models.forEach(row -> names(row).forEach(taken::add));
        List<OfferedModel> found = offers.values().stream()
                .filter(offer -> providers.contains(offer.provider())
                        && !taken.contains(offer.identifier())
                        && isWanted(offer.identifier()))
                .sorted((a, b) -> a.identifier().compareTo(b.identifier()))
                .toList();
        found.stream().limit(MOST_ADDED).forEach(this::add);
        addedOmitted = found.size() - added.size();
    }

    private void add(OfferedModel offer) {
        Map<String, BigDecimal> prices = new TreeMap<>(offer.prices());
        prices.values().removeIf(price -> price.signum() == 0);
        String reason = prices.isEmpty() || !offer.flaws().isEmpty()
                ? "no_price"
                : addsModels || approved != null ? null : "needs_approval";
        added.add(new AddedModel(offer.identifier(), prices, reason == null, reason));
        if (reason == null) {
            newModels.add(new OfferedModel(
                    offer.provider(),
                    offer.name(),
                    prices,
                    offer.flaws(),
                    offer.contextWindow(),
                    offer.maxOutputTokens(),
                    offer.capabilities()));
        }
    }
}
