package dev.comporta;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The house stands as it was planned")
class ArchitectureTest {

    private static final String ROOT = "dev.comporta";
    private static final JavaClasses CLASSES = classes();

    /** What a room may import of the others. Arrows point down, and rooms on one floor do not know each other. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            // the door
            entry("http", Set.of("pipeline", "dialect", "core")),
            // the order of a call: every step and room below
            entry(
                    "pipeline",
                    Set.of(
                            "provider",
                            "usage",
                            "budget",
                            "policy",
                            "privacy",
                            "client",
                            "model",
                            "secret",
                            "ownership",
                            "dialect",
                            "store",
                            "core")),
            // the steps
            entry("provider", Set.of("dialect", "secret", "core")),
            entry("usage", Set.of("model", "admin", "store", "core")),
            entry("budget", Set.of("alert", "admin", "store", "core")),
            // the rooms
            entry("client", Set.of("admin", "store", "core")),
            entry("policy", Set.of("admin", "store", "core")),
            entry("model", Set.of("admin", "store", "core")),
            entry("alert", Set.of("admin", "store", "core")),
            entry("job", Set.of("admin", "store", "core")),
            entry("privacy", Set.of("admin", "store", "core")),
            entry("analytics", Set.of("admin", "store", "core")),
            entry("secret", Set.of("store", "core")),
            entry("ownership", Set.of("store", "core")),
            entry("dialect", Set.of("core")),
            // the ground
            entry("admin", Set.of("store", "core")),
            entry("store", Set.of()),
            entry("core", Set.of()));

    /** Where the code differs from the plan, and why. One that is no longer needed fails the test too. */
    private static final Set<String> DEVIATIONS = new TreeSet<>(Set.of(
            // A setting that is wrong must stop the start in one line, wherever it is read.
            "provider.Providers -> store.StartupFailure",
            // GET /v1/models is the registry in OpenAI's shape; a way through the pipeline would add nothing.
            "http.ModelList -> client.ClientDirectory",
            "http.ModelList -> model.Model",
            "http.ModelList -> model.ModelRegistry",
            "http.ModelShapes -> model.Model",
            "http.ModelShapes -> model.ModelStatus",
            "http.ModelShapes -> model.Prices",
            // A value that was never loaded refuses its reader in the words of the API.
            "store.Live -> core.ErrorCode",
            "store.Live -> core.GatewayError"));

    private static final Set<String> MONEY = Set.of("price", "cost", "amount", "rate");
    private static final Set<String> INEXACT = Set.of(
            "double",
            "float",
            "double[]",
            "float[]",
            "java.lang.Double",
            "java.lang.Float",
            "java.util.OptionalDouble");

    private static JavaClasses classes() {
        try {
            return new ClassFileImporter()
                    .importPath(Path.of(Comporta.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void rooms_import_what_lies_below_them() {
        Set<String> found = new TreeSet<>();
        for (JavaClass origin : CLASSES) {
            for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                String from = room(origin);
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith(ROOT) || from.isEmpty() || from.equals(room(target))) {
                    continue;
                }
                assertThat(MAY_IMPORT)
                        .as("a new room has its place in the plan")
                        .containsKey(from);
                if (!MAY_IMPORT.get(from).contains(room(target))) {
                    found.add(name(origin) + " -> " + name(target));
                }
            }
        }
        assertThat(found).isEqualTo(DEVIATIONS);
    }

    @Test
    void every_room_is_looked_at() {
        Set<String> rooms = new TreeSet<>();
        CLASSES.forEach(type -> rooms.add(room(type)));
        rooms.remove("");

        assertThat(rooms).isEqualTo(new TreeSet<>(MAY_IMPORT.keySet()));
    }

    @Test
    void packages_form_no_cycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_says_what_it_is_for() throws IOException {
        Set<String> packages = new TreeSet<>();
        CLASSES.forEach(type -> packages.add(type.getPackageName()));

        assertThat(packages).hasSizeGreaterThan(10);
        for (String name : packages) {
            Path info = Path.of("src/main/java", name.split("\\.")).resolve("package-info.java");
            assertThat(info).exists();
            assertThat(Files.readString(info))
                    .as(name)
                    .startsWith("/**")
                    .contains("@" + NullMarked.class.getSimpleName());
        }
    }

    @Test
    void names_say_what_a_class_is() {
        for (String empty : List.of("Manager", "Util", "Utils", "Helper", "Impl", "Dto", "Service")) {
            noClasses().should().haveSimpleNameEndingWith(empty).check(CLASSES);
        }
    }

    @Test
    void jax_rs_is_for_resources_and_exception_mappers() {
        noClasses()
                .that(new DescribedPredicate<JavaClass>("are neither resources nor exception mappers") {
                    @Override
                    public boolean test(JavaClass type) {
                        return !type.getSimpleName().endsWith("Resource")
                                && type.getMethods().stream()
                                        .noneMatch(method -> method.isAnnotatedWith(ServerExceptionMapper.class));
                    }
                })
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.ws.rs..")
                .check(CLASSES);
    }

    @Test
    void jdbc_is_for_the_start_of_the_database() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "org.flywaydb..")
                .check(CLASSES);
    }

    @Test
    void hibernate_is_nowhere() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.hibernate..", "io.quarkus.hibernate..", "jakarta.persistence..")
                .check(CLASSES);
    }

    @Test
    void the_log_is_written_through_one_logger() {
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CLASSES);
    }

    @Test
    void the_console_is_for_the_banner() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Banner.class.getName())
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    @Test
    void money_is_exact() {
        Set<String> inexact = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            for (JavaField field : type.getFields()) {
                if (isMoney(field.getName()) && isInexact(field.getRawType().getName())) {
                    inexact.add(field.getFullName());
                }
            }
            for (JavaMethod method : type.getMethods()) {
                if (isMoney(method.getName())
                        && isInexact(method.getRawReturnType().getName())) {
                    inexact.add(method.getFullName());
                }
                for (Parameter parameter : method.reflect().getParameters()) {
                    if (isMoney(parameter.getName())
                            && isInexact(parameter.getType().getTypeName())) {
                        inexact.add(method.getFullName() + " " + parameter.getName());
                    }
                }
            }
        }
        assertThat(inexact).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "cost, true",
        "costUsd, true",
        "usdToEurRate, true",
        "COST_USD, true",
        "cachedInputPrices, true",
        "amount, true",
        "generate, false",
        "iterator, false",
        "costume, false"
    })
    void money_is_known_by_its_name(String name, boolean money) {
        assertThat(isMoney(name)).isEqualTo(money);
    }

    @Test
    void what_runs_during_a_call_never_sleeps_or_joins() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".http..",
                        ROOT + ".pipeline..",
                        ROOT + ".provider..",
                        ROOT + ".dialect..",
                        ROOT + ".ownership..",
                        ROOT + ".core..")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(java.util.concurrent.CompletableFuture.class, "join")
                .orShould()
                .callMethod(java.util.concurrent.CompletableFuture.class, "get")
                .check(CLASSES);
    }

    private static boolean isMoney(String name) {
        String words = name.equals(name.toUpperCase(Locale.ROOT)) ? name.toLowerCase(Locale.ROOT) : name;
        return Stream.of(words.split("_|(?=[A-Z])"))
                .map(word -> word.toLowerCase(Locale.ROOT).replaceFirst("s$", ""))
                .anyMatch(MONEY::contains);
    }

    private static boolean isInexact(String type) {
        return INEXACT.contains(type);
    }

    /** The first step below the root: {@code dialect} for {@code dev.comporta.dialect.sse}. */
    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1).split("\\.")[0];
    }

    private static String name(JavaClass type) {
        String outermost = type.getName().substring(ROOT.length() + 1);
        int nested = outermost.indexOf('$');
        return nested < 0 ? outermost : outermost.substring(0, nested);
    }
}
