package dev.comporta.alert;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/**
 * Gives the gateway under test a real SMTP server that knows its login, and puts it into each field of its type. One
 * for all tests, so that the gateway starts once.
 */
public final class MailServer implements QuarkusTestResourceLifecycleManager {

    static final String PASSWORD = "smtp-password-of-the-tests-0123456789";

    private final GreenMail smtp = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    @Override
    public Map<String, String> start() {
        smtp.start();
        smtp.setUser("alerts@comporta.example", "comporta", PASSWORD);
        return Map.of(
                "SMTP_HOST", "127.0.0.1",
                "SMTP_PORT", String.valueOf(smtp.getSmtp().getPort()),
                "SMTP_USER", "comporta",
                "SMTP_PASSWORD", PASSWORD,
                "SMTP_FROM", "alerts@comporta.example",
                "gateway.webhook-secret", "the-gateways-own-secret",
                "gateway.alerts.poll-interval", "500ms");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(smtp, new TestInjector.MatchesType(GreenMail.class));
    }

    @Override
    public void stop() {
        smtp.stop();
    }
}
