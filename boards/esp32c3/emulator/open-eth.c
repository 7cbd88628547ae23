// The emulator's open_eth by ESP-IDF's own driver (open-eth.ts).

#include <stdbool.h>
#include "xsmc.h"
#include "esp_eth.h"
#include "esp_event.h"
#include "esp_mac.h"
#include "esp_netif.h"

void xs_baton_open_eth_start(xsMachine *the);
void xs_baton_open_eth_is_linked(xsMachine *the);
void xs_baton_open_eth_address(xsMachine *the);

static esp_netif_t *interface;

/** Gives the first error. */
static esp_err_t start(void)
{
	esp_err_t error = esp_netif_init();
	if (error == ESP_OK) error = esp_event_loop_create_default();
	if (error != ESP_OK && error != ESP_ERR_INVALID_STATE) return error; // somebody else may have made the loop

	eth_mac_config_t mac_config = ETH_MAC_DEFAULT_CONFIG();
	eth_phy_config_t phy_config = ETH_PHY_DEFAULT_CONFIG();
	phy_config.autonego_timeout_ms = 100; // there is nobody to agree with
	phy_config.reset_gpio_num = -1;
	esp_eth_mac_t *mac = esp_eth_mac_new_openeth(&mac_config);
	esp_eth_phy_t *phy = esp_eth_phy_new_generic(&phy_config);
	if (!mac || !phy) return ESP_ERR_NO_MEM;

	esp_eth_config_t config = ETH_DEFAULT_CONFIG(mac, phy);
	esp_eth_handle_t driver;
	error = esp_eth_driver_install(&config, &driver);
	if (error != ESP_OK) return error;

	uint8_t address[6];
	error = esp_read_mac(address, ESP_MAC_ETH);
	if (error == ESP_OK) error = esp_eth_ioctl(driver, ETH_CMD_S_MAC_ADDR, address);
	if (error != ESP_OK) return error;

	const esp_netif_config_t netif_config = ESP_NETIF_DEFAULT_ETH();
	interface = esp_netif_new(&netif_config);
	if (!interface) return ESP_ERR_NO_MEM;
	error = esp_netif_attach(interface, esp_eth_new_netif_glue(driver));
	if (error == ESP_OK) error = esp_eth_start(driver);
	return error;
}

/** start() */
void xs_baton_open_eth_start(xsMachine *the)
{
	if (interface) return;
	const esp_err_t error = start();
	if (error != ESP_OK) xsUnknownError("open_eth: error 0x%x", (unsigned)error);
}

/** isLinked() */
void xs_baton_open_eth_is_linked(xsMachine *the)
{
	xsmcSetBoolean(xsResult, interface && esp_netif_is_netif_up(interface));
}

/** address(): dotted, or undefined. */
void xs_baton_open_eth_address(xsMachine *the)
{
	esp_netif_ip_info_t info;
	char text[16];
	if (!interface || esp_netif_get_ip_info(interface, &info) != ESP_OK || info.ip.addr == 0) return;
	xsmcSetString(xsResult, esp_ip4addr_ntoa(&info.ip, text, sizeof text));
}
