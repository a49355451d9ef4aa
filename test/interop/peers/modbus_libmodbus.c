/* A Modbus TCP server by libmodbus, for one client at a time.
 *
 * Prints "PORT n" when it listens on 127.0.0.1. Takes lines on standard input: "set UNIT TABLE ADDRESS VALUE" and "get UNIT TABLE ADDRESS",
 * TABLE being c (coils), d (discrete inputs), h (holding registers) or i (input registers); each is answered by a line with the value.
 * The unit is not looked at: libmodbus answers any. */

#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

static int obey(modbus_mapping_t *memory)
{
    char line[128], what[8], table;
    int unit, address, value;
    if (fgets(line, sizeof line, stdin) == NULL)
        return -1;
    int words = sscanf(line, "%7s %d %c %d %d", what, &unit, &table, &address, &value);
    if (words < 4 || address < 0 || address >= 1000)
        return -1;
    uint8_t *bit = table == 'c' ? memory->tab_bits + address : memory->tab_input_bits + address;
    uint16_t *word = table == 'h' ? memory->tab_registers + address : memory->tab_input_registers + address;
    int is_bit = table == 'c' || table == 'd';
    if (words == 5 && is_bit)
        *bit = (uint8_t)value;
    else if (words == 5)
        *word = (uint16_t)value;
    printf("%d\n", is_bit ? *bit : *word);
    return 0;
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* One line a time, so that select() sees what fgets() has not taken. */
    setvbuf(stdin, NULL, _IONBF, 0);
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *memory = modbus_mapping_new(1000, 1000, 1000, 1000);
    int listener = modbus_tcp_listen(context, 1);
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    if (listener < 0 || memory == NULL || getsockname(listener, (struct sockaddr *)&name, &length) < 0)
        return 1;
    printf("PORT %d\n", ntohs(name.sin_port));
    int client = -1;
    for (;;) {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(STDIN_FILENO, &readable);
        FD_SET(client < 0 ? listener : client, &readable);
        if (select((client > listener ? client : listener) + 1, &readable, NULL, NULL, NULL) < 0)
            return 1;
        if (FD_ISSET(STDIN_FILENO, &readable) && obey(memory) < 0)
            return 0;
        if (client < 0 && FD_ISSET(listener, &readable)) {
            client = modbus_tcp_accept(context, &listener);
        } else if (client >= 0 && FD_ISSET(client, &readable)) {
            uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
            int bytes = modbus_receive(context, request);
            if (bytes > 0) {
                modbus_reply(context, request, bytes, memory);
            } else if (bytes < 0) {
                close(client);
                client = -1;
            }
        }
    }
}
