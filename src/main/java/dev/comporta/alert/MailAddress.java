package dev.comporta.alert;

import java.util.regex.Pattern;

/**
 * What is taken for a mail address: the form that browsers accept too, which has no spaces, quotes, comments or line
 * breaks, so that nothing but one address can be said with it.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address">HTML, valid e-mail address</a>
 */
final class MailAddress {

    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    static final String REGEXP =
            "(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" + LABEL + "(?:\\." + LABEL + ")*";

    private static final Pattern FORM = Pattern.compile(REGEXP);

    private MailAddress() {}

    static boolean is(String text) {
        return FORM.matcher(text).matches();
    }

    /** What follows the at sign. */
    static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1);
    }
}
