import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;

/** Prints how many usage rows the embedded PostgreSQL holds. Arguments: its port, the file of its password. */
class UsageRows {
    public static void main(String[] args) throws Exception {
        var url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/postgres?user=postgres";
        var password = Files.readString(Path.of(args[1]));
        try (var connection = DriverManager.getConnection(url + "&password=" + password);
                var rows = connection.createStatement().executeQuery("SELECT count(*) FROM gateway_usage_logs")) {
            rows.next();
            System.out.println(rows.getLong(1));
        }
    }
}
